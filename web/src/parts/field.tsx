/** Fields of a form, by their labels. */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Option } from './options.ts';

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value?: string | number | undefined;
  readonly hint?: string;
}

interface TextProps extends FieldProps {
  readonly type?: 'text' | 'number' | 'password' | 'file';
  readonly isRequired?: boolean;
}

export function Text({ name, label, value, hint, type = 'text', isRequired = false }: TextProps) {
  // The types' own attributes are not used.
  const inputType = type as 'text';
  return (
    <label>
      {label}
      <input
        name={name}
        type={inputType}
        defaultValue={value}
        required={isRequired}
        autocomplete="off"
        spellcheck={false}
      />
      {hint !== undefined && <small>{hint}</small>}
    </label>
  );
}

interface AreaProps extends FieldProps {
  readonly rows?: number;
  /** Keys that are put into the JSON object by a click. */
  readonly keys?: readonly (readonly [key: string, value: unknown])[];
  readonly onPaste?: (event: ClipboardEvent) => void;
}

/** Longer text, such as a JSON object. */
export function Area({ name, label, value = '', hint, rows = 4, keys = [], onPaste }: AreaProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const put = (key: string, example: unknown): void => {
    const { current } = area;
    try {
      const object = JSON.parse(current!.value.trim() || '{}') as object;
      current!.value = JSON.stringify({ ...object, [key]: example }, undefined, 2);
    } catch {
      // What is half written stays as it is.
    }
    current!.focus();
  };
  return (
    <div class="area">
      <label>
        {label}
        <textarea
          ref={area}
          name={name}
          rows={rows}
          defaultValue={String(value)}
          spellcheck={false}
          {...(onPaste !== undefined && { onPaste })}
        />
        {hint !== undefined && <small>{hint}</small>}
      </label>
      {keys.length > 0 && (
        <div class="keys">
          {keys.map(([key, example]) => (
            <button key={key} type="button" onClick={() => put(key, example)}>
              {key}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

interface SelectProps extends FieldProps {
  readonly options: readonly Option[];
  readonly onChange?: (value: string) => void;
}

export function Select({ name, label, value, options, onChange }: SelectProps) {
  return (
    <label>
      {label}
      {/* Not its value: the page is drawn again and again, and a person's choice has to stay. */}
      <select name={name} onChange={(event) => onChange?.(event.currentTarget.value)}>
        {options.map(([option, title]) => (
          <option key={option} value={option} selected={option === value}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Check({
  name,
  label,
  isChecked = false,
}: {
  readonly name: string;
  readonly label: string;
  readonly isChecked?: boolean;
}) {
  return (
    <label>
      <input type="checkbox" name={name} defaultChecked={isChecked} />
      {label}
    </label>
  );
}

export function Row({ children }: { readonly children: ComponentChildren }) {
  return <div class="row">{children}</div>;
}
