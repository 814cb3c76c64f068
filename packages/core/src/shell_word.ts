/** Words of commands that people copy into a shell. An attacker may have named the files. */
import { safeText } from './safe_text.ts'

/** Characters without a special meaning in a POSIX shell, at any position. */
const PLAIN = /^[\w%+,./:@][\w%+,./:@=-]*$/

/** The longest name that a Linux file system takes as an argument's part, PATH_MAX. */
const MOST = 4096

/** One word of a POSIX shell. Where {@link safeText} escapes or cuts, it names no file. */
export function shellWord(text: string): string {
  const safe = safeText(text, MOST)
  if (PLAIN.test(safe)) return safe
  return `'${safe.replaceAll("'", `'\\''`)}'`
}
