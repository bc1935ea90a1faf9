/** Something that changes the broker: a button, and then a question that says what will be done. What the broker refuses stands beside it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { texts } from '../texts.ts';
import { Problem } from './notice.tsx';

interface ActionProps {
  /** On the button, and on the one that does it. */
  readonly label: string;
  readonly title?: string;
  /** What will happen. */
  readonly what?: ComponentChildren;
  /** Fields by their names, of which `run` is given the values. */
  readonly children?: ComponentChildren;
  /** For what cannot be taken back. */
  readonly isDanger?: boolean;
  readonly isPrimary?: boolean;
  /** A small button within a row. */
  readonly isPlain?: boolean;
  readonly run: (values: Values) => Promise<unknown>;
  readonly onDone?: () => void;
}

/** What was filled in. */
export class Values {
  readonly #form: FormData;

  constructor(form: FormData) {
    this.#form = form;
  }

  text(name: string): string {
    return (this.#form.get(name) as string | null) ?? '';
  }

  is(name: string): boolean {
    return this.#form.has(name);
  }

  /** Undefined if nothing was filled in. */
  number(name: string): number | undefined {
    const text = this.text(name);
    return text === '' ? undefined : Number(text);
  }

  /** A JSON object; {} if nothing was filled in. Throws ApiError in words. */
  json(name: string): Readonly<Record<string, unknown>> {
    const text = this.text(name).trim();
    if (text === '') return {};
    try {
      return JSON.parse(text) as Readonly<Record<string, unknown>>;
    } catch (error) {
      throw new ApiError(400, texts.action.noJson(name, (error as Error).message));
    }
  }

  file(name: string): File {
    return this.#form.get(name) as File;
  }
}

export function Action({
  label,
  title = label,
  what,
  children,
  isDanger = false,
  isPrimary = false,
  isPlain = false,
  run,
  onDone,
}: ActionProps) {
  const [isOpen, setOpen] = useState(false);
  const kind = isDanger ? 'danger' : isPrimary ? 'primary' : '';
  return (
    <>
      <button type="button" class={isPlain ? `plain ${kind}` : kind} onClick={() => setOpen(true)}>
        {label}
      </button>
      {isOpen && (
        <Question
          title={title}
          what={what}
          label={label}
          kind={isDanger ? 'danger' : 'primary'}
          run={run}
          onClose={() => setOpen(false)}
          onDone={onDone}
        >
          {children}
        </Question>
      )}
    </>
  );
}

interface QuestionProps extends Pick<ActionProps, 'label' | 'what' | 'children' | 'run'> {
  readonly title: string;
  readonly kind: string;
  readonly onClose: () => void;
  readonly onDone: (() => void) | undefined;
}

function Question({ title, what, label, kind, children, run, onClose, onDone }: QuestionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<ApiError>();
  const [isRunning, setRunning] = useState(false);
  useEffect(() => dialog.current!.showModal(), []);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setRunning(true);
    setError(undefined);
    try {
      await run(new Values(new FormData(event.currentTarget as HTMLFormElement)));
      onClose();
      onDone?.();
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      setError(problem);
      setRunning(false);
    }
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={title}>
      <form onSubmit={(event) => void submit(event)}>
        <h2>{title}</h2>
        {what !== undefined && <div class="what">{what}</div>}
        {children}
        <Problem error={error} />
        <footer>
          <button type="button" onClick={onClose}>
            {texts.common.cancel}
          </button>
          <button class={kind} disabled={isRunning}>
            {label}
          </button>
        </footer>
      </form>
    </dialog>
  );
}
