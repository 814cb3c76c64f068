/** What the program prints, read back. */
import assert from 'node:assert/strict'
import { isObject, type Json } from '@mintmark/core'

/** What a terminal might obey, and what turns the direction of reading. */
export const DANGEROUS: RegExp = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

export function parsed(text: string): Json {
  const value: unknown = JSON.parse(text)
  assert.ok(isObject(value))
  return value
}

export function objects(value: unknown): Json[] {
  assert.ok(Array.isArray(value))
  return value.filter(isObject)
}

export function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined
}

function cells(row: string): string[] {
  return [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map((m) => m[1] ?? m[2] ?? '')
}

/** Cells of CSV that quotes every cell but the header's, as Mintmark writes it. */
export function csv(text: string): { header: string[]; rows: string[][] } {
  const [header = '', ...rows] = text.replace(/\r\n$/, '').split('\r\n')
  return { header: header.split(','), rows: rows.map(cells) }
}

export function assertHarmless(text: string): void {
  for (const line of text.split('\n'))
    assert.equal(DANGEROUS.test(line), false, JSON.stringify(line))
}
