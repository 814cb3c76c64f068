/**
 * Words of commands that people copy into a shell. File names are chosen by whoever is investigated.
 */
import { safeText } from './safe_text.ts'

/** Characters without a special meaning in a POSIX shell, at any position. */
const PLAIN = /^[\w%+,./:@][\w%+,./:@=-]*$/

/** The longest name that a Linux file system takes as an argument's part, PATH_MAX. */
const MOST = 4096

/**
 * `text` as one word of a POSIX shell: bare where nothing in it means anything, otherwise in single quotes. What a
 * terminal would obey is escaped as in {@link safeText}, so that such a name, and one above 4,096 letters, names nothing.
 */
export function shellWord(text: string): string {
  const safe = safeText(text, MOST)
  if (PLAIN.test(safe)) return safe
  return `'${safe.replaceAll("'", `'\\''`)}'`
}
