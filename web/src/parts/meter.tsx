/** How much of a limit is used. */
interface MeterProps {
  readonly title: string;
  /** From 0 to 1, and more if it is over. */
  readonly share: number;
  readonly text: string;
  readonly isBad?: boolean;
}

export function Meter({ title, share, text, isBad = false }: MeterProps) {
  const part = Math.max(0, Math.min(share, 1));
  return (
    <div class="meter">
      <div class="meter-words">
        <span>{title}</span>
        <span class="number">{text}</span>
      </div>
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="4" />
        <rect class={isBad ? 'bad' : 'fill'} width={part * 100} height="4" />
      </svg>
    </div>
  );
}
