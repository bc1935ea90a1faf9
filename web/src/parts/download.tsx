/** A button that puts what the broker answers into a file. */
import { useState } from 'preact/hooks';
import { type ApiError, askBytes } from '../api/client.ts';
import { texts } from '../texts.ts';
import { Problem } from './notice.tsx';

interface DownloadProps {
  /** What is asked for. */
  readonly path: string;
  /** The file's. */
  readonly name: string;
  /** A small button. */
  readonly isPlain?: boolean;
}

export function Download({ path, name, isPlain = false }: DownloadProps) {
  const [error, setError] = useState<ApiError>();
  const download = async (): Promise<void> => {
    try {
      save(await askBytes(path), name);
      setError(undefined);
    } catch (problem) {
      setError(problem as ApiError);
    }
  };
  return (
    <>
      <button type="button" class={isPlain ? 'plain' : ''} onClick={() => void download()}>
        {texts.common.download}
      </button>
      <Problem error={error} />
    </>
  );
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name.replace(/[^\w.-]/g, '_');
  link.click();
  URL.revokeObjectURL(address);
}
