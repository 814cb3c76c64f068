/**
 * The sign-in logs of a tenant on disk.
 *
 * @module
 */
import { join } from 'node:path'
import { DAY, monthOf } from '../world/calendar.ts'
import { csvRow } from '../world/csv_text.ts'
import type { SignIn } from '../world/events.ts'
import { TextFile } from '../world/text_file.ts'
import type { Organisation } from '../world/world.ts'
import {
  CATEGORIES,
  diagnostic,
  members,
  PORTAL_APP_COLUMNS,
  PORTAL_COLUMNS,
  portalAppCells,
  portalCells,
  rowOf,
  TABLE_COLUMNS,
  tableRow,
} from './sign_in_layouts.ts'

/** One file's frame. */
interface Frame {
  readonly name: string
  readonly opening: string
  readonly between: string
  readonly closing: string
}

/** The sign-in logs of one tenant, as files. */
export class SignInFiles {
  readonly #of: Organisation
  readonly #folder: string
  readonly #open = new Map<
    string,
    { readonly file: TextFile; readonly frame: Frame; rows: number }
  >()
  rows = 0

  constructor(of: Organisation, folder: string) {
    this.#of = of
    this.#folder = folder
  }

  /** Writes a stretch of sign-ins, ordered by time. */
  write(signIns: readonly SignIn[]): void {
    if (this.#of.signIns === 'portal') this.#writePortal(signIns)
    else if (this.#of.signIns === 'records') this.#writeBatches(signIns)
    else for (const signIn of signIns) this.#writeOne(signIn)
  }

  #writeOne(signIn: SignIn): void {
    if (this.#isMissing(signIn)) return
    const row = rowOf(this.#of, signIn)
    const month = monthOf(signIn.token.atMs)
    if (this.#of.signIns === 'log-analytics') {
      const frame = { opening: csvRow(TABLE_COLUMNS), between: '', closing: '' }
      this.#append({ ...frame, name: `SigninLogs-${month}.csv` }, tableRow(row))
    } else if (this.#of.signIns === 'graph') {
      const opening =
        '{"@odata.context":"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns","value":[\n'
      const event = `"signInEventTypes":["${CATEGORIES[signIn.category].event}"]`
      this.#append(
        { opening, between: ',\n', closing: '\n]}\n', name: `signIns-${month}.json` },
        `{${members(row)},${event}}`,
      )
    } else {
      const name = `insights-logs-signin-${month}.json`
      this.#append({ opening: '', between: '', closing: '', name }, `${diagnostic(row)}\n`)
    }
  }

  /** An event hub carries several rows in one message. */
  #writeBatches(signIns: readonly SignIn[]): void {
    for (let at = 0; at < signIns.length; at += 20) {
      const batch = signIns.slice(at, at + 20)
      const first = batch[0]
      if (first === undefined) return
      const rows = batch.map((signIn) => diagnostic(rowOf(this.#of, signIn)))
      const name = `eventhub-signin-${monthOf(first.token.atMs)}.json`
      const frame = { opening: '', between: '', closing: '', name }
      this.#append(frame, `{"records":[${rows.join(',')}]}\n`)
      this.rows += rows.length - 1
    }
  }

  /** The portal groups what was not interactive: one row for a day's sign-ins of one kind. */
  #writePortal(signIns: readonly SignIn[]): void {
    const groups = new Map<string, { last: SignIn; count: number }>()
    for (const signIn of signIns) {
      const { token, category } = signIn
      if (category === 'interactive') {
        const frame = { opening: csvRow(PORTAL_COLUMNS), between: '', closing: '' }
        const name = `InteractiveSignIns_${monthOf(token.atMs)}.csv`
        this.#append({ ...frame, name }, csvRow(portalCells(rowOf(this.#of, signIn))))
        continue
      }
      const day = Math.floor(token.atMs / DAY)
      const key = [category, day, token.app.id, token.resource.id, token.holder, token.ip].join()
      const group = groups.get(key)
      groups.set(key, { last: signIn, count: (group?.count ?? 0) + 1 })
    }
    for (const { last, count } of groups.values()) this.#writeGroup(last, count)
  }

  #writeGroup(signIn: SignIn, count: number): void {
    const row = rowOf(this.#of, signIn)
    const month = monthOf(signIn.token.atMs)
    const isUser = signIn.category === 'non-interactive'
    const kind = isUser
      ? 'NonInteractive'
      : signIn.category === 'managed-identity'
        ? 'MSI'
        : 'Application'
    const managed = signIn.category === 'managed-identity' ? ['Managed Identity type'] : []
    const columns = [...(isUser ? PORTAL_COLUMNS : PORTAL_APP_COLUMNS), ...managed]
    const cells = [
      ...(isUser ? portalCells(row) : portalAppCells(row)),
      ...managed.map(() => 'System assigned'),
    ]
    // The ids of a group are gone.
    if (count > 1) {
      cells[columns.indexOf('Request ID')] = ''
      cells[columns.indexOf('Unique token identifier')] = ''
    }
    this.#append(
      {
        opening: csvRow([...columns, 'Aggregated sign-in count']),
        between: '',
        closing: '',
        name: `${kind}SignIns_${month}.csv`,
      },
      csvRow([...cells, String(count)]),
    )
  }

  #isMissing({ category }: SignIn): boolean {
    return category === 'non-interactive' && this.#of.habits.includes('no-non-interactive')
  }

  #append(frame: Frame, text: string): void {
    let open = this.#open.get(frame.name)
    if (open === undefined) {
      open = { file: new TextFile(join(this.#folder, frame.name)), frame, rows: 0 }
      this.#open.set(frame.name, open)
      open.file.write(frame.opening)
    }
    if (open.rows > 0) open.file.write(frame.between)
    open.file.write(text)
    open.rows++
    this.rows++
  }

  close(): void {
    for (const { file, frame } of this.#open.values()) {
      file.write(frame.closing)
      file.close()
    }
  }

  abandon(): void {
    for (const { file } of this.#open.values()) file.abandon()
  }
}
