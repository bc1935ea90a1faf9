/** The hare, as `hare.svg` has it for the browser's tab. Drawn in place: a picture of its own is one more thing to ask for, and a document of its own to be made of it. */
export function Hare({ size }: { readonly size: number }) {
  return (
    <svg class="hare" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#b4471b" />
      <path
        fill="#fff7ee"
        d="M11.2 4.2c2.4 1 3.6 5.4 3.7 8.9h2.2c.1-3.5 1.3-7.9 3.7-8.9 1.8 2.9 1.4 8-.5 10.6 2.300 1.500 3.700 3.800 3.700 6.400 0 4-3.500 6.600-8 6.600s-8-2.600-8-6.600c0-2.600 1.400-4.900 3.700-6.400-1.900-2.600-2.300-7.700-.5-10.600z"
      />
      <circle cx="13" cy="20.3" r="1.3" fill="#b4471b" />
      <circle cx="19" cy="20.3" r="1.3" fill="#b4471b" />
    </svg>
  );
}
