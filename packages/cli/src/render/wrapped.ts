/**
 * Text for a terminal that is wrapped at its words.
 *
 * @module
 */

export const WIDTH = 80
const LABEL = 14

/** A label, and its text on up to `lines` lines with a hanging indent. */
export function labelled(label: string, text: string, lines = 2): string[] {
  return wrapped(text, WIDTH - LABEL, lines).map(
    (line, i) => (i === 0 ? label : '').padEnd(LABEL) + line,
  )
}

/** Words on at most `most` lines; what does not fit ends in an ellipsis. */
export function wrapped(text: string, width: number, most: number): string[] {
  const lines = ['']
  // A number is not parted from its unit.
  for (const word of text.split(/ (?!%)/)) {
    const line = lines.at(-1) ?? ''
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else if (lines.length < most) lines.push(word)
    else return [...lines.slice(0, -1), `${line.slice(0, width - 2)} …`]
  }
  return lines.map((line) => (line.length <= width ? line : `${line.slice(0, width - 1)}…`))
}
