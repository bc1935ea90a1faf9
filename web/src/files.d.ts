/** What the build makes of files that are no scripts: their addresses. */
declare module '*.svg' {
  const address: string;
  export { address as default };
}
