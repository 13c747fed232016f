/** One argument for a POSIX shell. */
export const shellQuote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** A first call to paste. The key stays in the environment, out of the shell's history. */
export function curlFor(gateway: string, model: string): string {
  return requestAsCurl(gateway, JSON.stringify({ model, messages: [{ role: 'user', content: 'Say hello' }] }))
}

export function requestAsCurl(gateway: string, body: string): string {
  return [
    `curl ${gateway}/v1/chat/completions \\`,
    `  -H "authorization: Bearer $THINKWATCH_KEY" \\`,
    `  -H 'content-type: application/json' \\`,
    `  -d ${shellQuote(body)}`,
  ].join('\n')
}
