/**
 * `note`: what somebody knows of an access, a token, a mailbox or a view of the page; without a text the notes are listed.
 *
 * @module
 */
import { addNote, type NewNote, NOTE_KINDS, type Note, notes, noteValue } from '@mintmark/case'
import { safeText } from '@mintmark/core'
import { authorOption, invalid } from '../../options/option_values.ts'
import { flag, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { DONE } from '../../process/exit_codes.ts'
import { widthOf } from '../../process/io.ts'
import { print } from '../../render/print.ts'
import { minute } from '../../render/table.ts'
import { labelled } from '../../render/wrapped.ts'

export const note: Handler = ([about, text], options, io) => {
  const thing = about === undefined ? undefined : thingOf(about)
  const isBack = flag(options, 'takeBack')
  if (isBack && (thing === undefined || text !== undefined))
    throw invalid('takeBack', '--take-back needs what the note is about, and no text')
  const isWritten = isBack || text !== undefined
  const who = isWritten ? authorOption(options) : ''
  const wanted = thing === undefined ? '' : noteValue(thing)
  return withCase(options, 'read', async ({ session }) => {
    if (thing !== undefined && isWritten) {
      const written = await addNote(session, { ...thing, text: text ?? null, who })
      const said = `${isBack ? 'Taken back' : 'Noted'}: ${written.kind}:${written.value}, by ${who}`
      await print(io, options, written, () => `${safeText(said, 5000)}\n`)
      return DONE
    }
    const all = await notes(session)
    const found = all.filter(
      ({ kind, value }) => thing === undefined || (kind === thing.kind && value === wanted),
    )
    await print(io, options, found, () => listed(found, widthOf(io)))
    return DONE
  })
}

/** `access:ID`, `token:ID`, `mailbox:NAME`, `view:/ADDRESS`. */
function thingOf(about: string): Pick<NewNote, 'kind' | 'value'> {
  const [name = ''] = about.split(':', 1)
  const kind = NOTE_KINDS.find((one) => one === name)
  if (kind === undefined)
    throw invalid('about', 'a note is about access:ID, token:ID, mailbox:NAME or view:/ADDRESS')
  return { kind, value: about.slice(name.length + 1) }
}

function listed(found: readonly Note[], width: number): string {
  if (found.length === 0) return 'No notes.\n'
  const lines = found.flatMap(({ at, who, kind, value, text }) => [
    ...labelled(minute(at).slice(0, 16), safeText(`${who} on ${kind}:${value}`, 5000), {
      width,
      indent: 18,
      lines: 6,
    }),
    ...labelled('', safeText(text, 2000), { width, indent: 18, lines: 60 }),
  ])
  return `${lines.join('\n')}\n`
}
