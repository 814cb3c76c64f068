import { safeText } from '@mintmark/core'

/** Of a cause only name and code: its message may quote a token or a key. */
export function errorTrace({ stack = '', message, cause }: Error): string {
  const trace = stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${safeText(line, 500)}\n`)
    .join('')
  if (!(cause instanceof Error)) return trace
  const code = 'code' in cause ? ` (${safeText(String(cause.code), 50)})` : ''
  return `${trace}caused by ${cause.name}${code}\n${errorTrace(cause)}`
}
