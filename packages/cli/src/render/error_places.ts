import { safeText } from '@mintmark/core'

/**
 * Where an error was thrown, and what caused it. Of a cause only its name and code: its message may quote what was read,
 * which may be a token or a key.
 */
export function errorPlaces({ stack = '', message, cause }: Error): string {
  const places = stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${safeText(line, 500)}\n`)
    .join('')
  if (!(cause instanceof Error)) return places
  const code = 'code' in cause ? ` (${safeText(String(cause.code), 50)})` : ''
  return `${places}caused by ${cause.name}${code}\n${errorPlaces(cause)}`
}
