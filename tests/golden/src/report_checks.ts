/** What a page may ask of the written report of its case. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { isObject, type Json } from '@mintmark/core'
import { mintmark } from '@mintmark/testkit'
import type { Judged } from './judged.ts'

/** By the words of the page. */
export const REPORT_CHECKS: Readonly<
  Record<string, (place: string, judged: Judged) => Promise<void>>
> = {
  'no established absence': async (place) => {
    const zeros = figuresOf(await written(place)).filter(isZero)
    const certain = zeros.filter((figure) => figure['strength'] === 'established')
    assert.deepEqual(
      certain.map((figure) => figure['label']),
      [],
    )
  },
  'same rates': async (place, { out, verdicts }) => {
    const folder = await written(place)
    const report = numbersOf(readFileSync(path.join(folder, 'report.md'), 'utf8'))
    const told = out.split('\n').filter((line) => line.includes('%'))
    assert.ok(told.length > 0, 'the terminal prints no rate')
    const rates = numbersOf(told.join('\n')).match(/\d+ of \d+|\d+(?:\.\d+)? ?%/g) ?? []
    assert.deepEqual(
      rates.filter((rate) => !report.includes(rate)),
      [],
    )
    const zero = [...verdicts.values()].filter(({ baseRate }) => Number(baseRate || 1) === 0)
    assert.equal(zero.length, 0, `${zero.length} accesses have a base rate of 0`)
  },
}

/** Numbers without separators, so that two spellings are one. */
const numbersOf = (text: string) => text.replaceAll(/(?<=\d),(?=\d{3})/g, '').replaceAll('**', '')

async function written(place: string): Promise<string> {
  const out = path.join(place, 'report')
  const { err } = await mintmark(
    'report',
    '--case',
    path.join(place, 'case'),
    '--out',
    out,
    '--no-pdf',
  )
  assert.ok(existsSync(path.join(out, 'report.json')), err)
  return out
}

function figuresOf(folder: string): Json[] {
  const found: Json[] = []
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) walk(one)
    if (!isObject(value)) return
    if ('label' in value && 'value' in value && 'strength' in value) found.push(value)
    for (const one of Object.values(value)) walk(one)
  }
  walk(JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8')))
  assert.ok(found.length > 0, 'the report has no figure')
  return found
}

function isZero(figure: Json): boolean {
  const { value } = figure
  if (isObject(value)) return value['lower'] === 0 && value['upper'] === 0
  return value === 0
}
