/** Files of records by name, each in the frame of its format; rows of CSV. */
import { join } from 'node:path'
import { TextFile, type Wrapping } from './text_file.ts'

export interface Frame {
  readonly opening: string
  readonly between: string
  readonly closing: string
}

export const UNFRAMED: Frame = { opening: '', between: '', closing: '' }

interface OpenFile {
  readonly file: TextFile
  readonly frame: Frame
  rows: number
}

export class FramedFiles {
  readonly #folder: string
  readonly #open = new Map<string, OpenFile>()

  constructor(folder: string) {
    this.#folder = folder
  }

  get names(): readonly string[] {
    return [...this.#open.keys()]
  }

  has(name: string): boolean {
    return this.#open.has(name)
  }

  append(name: string, frame: Frame, record: string): void {
    const open = this.#open.get(name) ?? this.begin(name, frame)
    if (open.rows > 0) open.file.write(frame.between)
    open.file.write(record)
    open.rows++
  }

  begin(name: string, frame: Frame, wrapping?: Wrapping, member?: string): OpenFile {
    const file = new TextFile(join(this.#folder, name), wrapping, member)
    const open = { file, frame, rows: 0 }
    this.#open.set(name, open)
    file.write(frame.opening)
    return open
  }

  close(lastClosing?: string): void {
    const last = this.names.at(-1)
    for (const [name, { file, frame }] of this.#open) {
      file.write((name === last ? lastClosing : undefined) ?? frame.closing)
      file.close()
    }
  }

  abandon(): void {
    for (const { file } of this.#open.values()) file.abandon()
  }
}

export function csvRow(cells: readonly string[]): string {
  let row = ''
  for (const cell of cells) {
    if (row !== '') row += ','
    row += cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : `"${cell}"`
  }
  return `${row}\r\n`
}

export type Columns<Row> = readonly (readonly [title: string, cell: (row: Row) => string])[]

export const titlesOf = <Row>(columns: Columns<Row>): string[] => columns.map(([title]) => title)

export const cellsOf = <Row>(columns: Columns<Row>, row: Row): string[] =>
  columns.map(([, cell]) => cell(row))
