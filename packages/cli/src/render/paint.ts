/** Colours for people: how it came out, and how sure it is. The words stay as they are. */
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

const STYLES: readonly (readonly [RegExp, Style])[] = [
  [/^(?:FOUND|NOT CLEAN)\b:?/gm, ['bold', 'red']],
  [/^(?:LEADS?|Leads)\b:?/gm, ['bold', 'yellow']],
  [/^(?:CLEAN|NOTHING FOUND)\b:?/gm, ['bold', 'green']],
  [/^(?:CANNOT TELL|NOTHING SEARCHED)\b:?|^(?:Cannot tell|Not excluded)\b/gm, 'bold'],
  [/(?<= {2})established(?= {2}|$)/gm, 'red'],
  [/(?<= {2})lead(?= {2}|$)/gm, 'yellow'],
]

export const painted = (text: string): string =>
  STYLES.reduce(
    (done, [words, style]) =>
      done.replaceAll(words, (found) => styleText(style, found, { validateStream: false })),
    text,
  )
