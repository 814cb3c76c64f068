/** The record of an access as it is in its file. */

import { withoutSecrets } from '@mintmark/core'
import { type EvidenceSource, evidenceAt } from '@mintmark/logs'

const MOST_CHARS = 4_000
const MOST_READ = 64 * 1024 * 1024

export interface RawRow {
  /** As in the file, with secrets replaced; `''` where it was not found. */
  readonly text: string
  readonly isCut: boolean
  readonly problem: '' | 'file-missing' | 'file-changed' | 'row-not-found'
}

interface RowLocation {
  readonly path: string
  /** Lower-case hex: of the file, when it was read into the case. */
  readonly sha256: string
  readonly line: number
  readonly ids: readonly string[]
}

const NOTHING: Omit<RawRow, 'problem'> = { text: '', isCut: false }

/** Reads the record. Cost: its file is read whole, to see that it has not changed. Never throws for what a file holds. */
export async function rawRow(row: RowLocation): Promise<RawRow> {
  const source = await evidenceAt(row.path)
  if (source === undefined) return { ...NOTHING, problem: 'file-missing' }
  // Another file under that name is no evidence, and none of the reader's business.
  if ((await source.sha256()) !== row.sha256) return { ...NOTHING, problem: 'file-changed' }
  const text = withoutSecrets(rowIn(await textFrom(source, row.line), row.ids))
  if (text === '') return { ...NOTHING, problem: 'row-not-found' }
  return { text: text.slice(0, MOST_CHARS), isCut: text.length > MOST_CHARS, problem: '' }
}

async function textFrom(source: EvidenceSource, line: number): Promise<string> {
  let decoder: TextDecoder | undefined
  let skip = line - 1
  let text = ''
  for await (const chunk of source.open()) {
    decoder ??= new TextDecoder(chunk[0] === 0xff && chunk[1] === 0xfe ? 'utf-16le' : 'utf-8')
    const piece = decoder.decode(chunk, { stream: true })
    let at = 0
    while (skip > 0 && at !== -1) {
      at = piece.indexOf('\n', at)
      if (at === -1) break
      at++
      skip--
    }
    if (skip > 0) continue
    text += piece.slice(at)
    if (text.length > MOST_READ || isEnough(text)) break
  }
  return text
}

/** A line of a table or of JSON that ends within the text. An array on one line needs a look at its ids. */
const isEnough = (text: string) => text.includes('\n') && rowIn(text, []) !== ''

export function rowIn(text: string, ids: readonly string[]): string {
  const start = /^[\s\uFEFF,]*/.exec(text)?.[0].length ?? 0
  return text[start] === '{' || text[start] === '[' ? jsonIn(text, ids) : tableRowIn(text)
}

function tableRowIn(text: string): string {
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') isQuoted = !isQuoted
    if (text[at] === '\n' && !isQuoted) return text.slice(0, at).trim()
  }
  return text.trim()
}

function jsonIn(text: string, ids: readonly string[]): string {
  const spellings = ids.map((id) => id.toLowerCase())
  let first = ''
  for (const found of objectsIn(text)) {
    if (ids.length === 0) return found
    const lower = found.toLowerCase()
    if (spellings.some((id) => lower.includes(id))) return found
    first ||= found
  }
  return first
}

/** Objects that are in no other object, save through an array; up to the end of the line on which one has ended. */
function* objectsIn(text: string): Generator<string, void, void> {
  const signs = /["[\]{}\n]/g
  const open: { readonly at: number; readonly isRecord: boolean }[] = []
  let hasSome = false
  for (let sign = signs.exec(text); sign !== null; sign = signs.exec(text)) {
    if (sign[0] === '"') signs.lastIndex = behindString(text, sign.index)
    else if (sign[0] === '\n') {
      if (hasSome && open.length === 0) return
    } else if (sign[0] === '{' || sign[0] === '[') {
      const isInObject = text[open.at(-1)?.at ?? -1] === '{'
      open.push({ at: sign.index, isRecord: sign[0] === '{' && !isInObject })
    } else {
      const begun = open.pop()
      if (begun === undefined) return
      if (!begun.isRecord) continue
      hasSome = true
      yield text.slice(begun.at, sign.index + 1)
    }
  }
}

function behindString(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}
