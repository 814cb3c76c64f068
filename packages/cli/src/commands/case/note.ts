/** `note`: what somebody knows of an access, a token, a mailbox or a view; or the list of notes. */
import * as cases from '@mintmark/case'
import { safeText } from '@mintmark/core'
import { authorOption, withCase } from '../../options/options.ts'
import { type Handler, invalid } from '../../process/call.ts'
import { DONE } from '../../process/exit_codes.ts'
import { minute } from '../../render/table.ts'
import { labelled } from '../../render/wrapped.ts'

export const note: Handler = (call, ...[about, text]) => {
  const thing = about === undefined ? undefined : thingOf(about)
  const isBack = call.flag('takeBack')
  if (isBack && (thing === undefined || text !== undefined))
    throw invalid('takeBack', '--take-back needs what the note is about, and no text')
  const isWritten = isBack || text !== undefined
  const who = isWritten ? authorOption(call) : ''
  const wanted = thing === undefined ? '' : cases.noteValue(thing)
  return withCase(call, 'read', async ({ session }) => {
    if (thing !== undefined && isWritten) {
      const written = await cases.addNote(session, { ...thing, text: text ?? null, who })
      const said = `${isBack ? 'Taken back' : 'Noted'}: ${written.kind}:${written.value}, by ${who}`
      await call.print(written, () => `${safeText(said, 5000)}\n`)
      return DONE
    }
    const all = await cases.notes(session)
    const found = all.filter(
      ({ kind, value }) => thing === undefined || (kind === thing.kind && value === wanted),
    )
    await call.print(found, () => listed(found, call.width))
    return DONE
  })
}

/** `access:ID`, `token:ID`, `mailbox:NAME`, `view:/ADDRESS`. */
function thingOf(about: string): Pick<cases.NewNote, 'kind' | 'value'> {
  const [name = ''] = about.split(':', 1)
  const kind = cases.NOTE_KINDS.find((one) => one === name)
  if (kind === undefined)
    throw invalid('about', 'a note is about access:ID, token:ID, mailbox:NAME or view:/ADDRESS')
  return { kind, value: about.slice(name.length + 1) }
}

function listed(found: readonly cases.Note[], width: number): string {
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
