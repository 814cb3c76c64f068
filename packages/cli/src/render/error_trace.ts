import { safeText } from '@mintmark/core'

/**
 * Where an error was thrown, and what caused it. Of a cause only its name and code: its message may
 * quote what was read, which may be a token or a key.
 */
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
