import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { writeNotices, writeReport } from '@mintmark/report'
import * as fc from 'fast-check'
import { replaceFound } from '../src/model/decoded.ts'
import { addressFinder } from '../src/model/network_addresses.ts'
import { Names } from '../src/model/redaction.ts'
import { recipient, wholeText } from './notice_checks.ts'
import {
  GLUES,
  homeSpellings,
  KEPT,
  RECIPIENT,
  spelledWorld,
  spellings,
  type Target,
  targetOf,
} from './spelled_world.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1)

/** Decoded by other means than the product's: letters and digits alone, as far as anybody could read them. */
function bareOf(text: string): string {
  let left = text.toLowerCase()
  for (let round = 0; round < 3; round += 1)
    left = left
      .replace(/%([0-9a-f]{2})/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
      .replace(/\\{1,2}u00([0-9a-f]{2})/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
      .replace(/&#x([0-9a-f]{2});/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
      .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
      .replace(/&amp;/g, '&')
      .replace(/&[a-z]+;|[[(](?:dot|at)[\])]/g, '.')
  return left
}

/** What a text has of a person: words that nothing else has. */
function personIn(text: string, { principal, display, id }: Target): string[] {
  const [local = ''] = principal.split('@')
  const parts = [...local.split('.'), ...display.split(' '), id.replaceAll('-', '[^0-9a-z]{0,3}')]
  return parts.filter((part) => new RegExp(part).test(bareOf(text)))
}

/** What it has of the addresses. */
function addressesIn(text: string, { v4, v6 }: Target): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number)
  const parts = [
    ...v6.split(':').slice(2, 4),
    `0*${v4.replaceAll('.', '[^0-9a-z]{1,5}0*')}(?!\\d)`,
    `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`,
  ]
  return parts.filter((part) => new RegExp(`(?<![0-9a-f])${part}(?![0-9a-f])`).test(bareOf(text)))
}

const leaks = (text: string, target: Target) => [
  ...personIn(text, target),
  ...addressesIn(text, target),
]

const home = ({ domain, organisation }: Target) => [
  domain.split('.')[0] ?? '',
  ...organisation.split(' '),
]

async function within(check: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-spelled-'))
  try {
    await check(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const seeds = fc.nat(1_000_000)
const glued = (texts: readonly string[], seed: number) =>
  texts.map((text, nth) => {
    const [before, after] = GLUES[(nth + seed) % GLUES.length] ?? ['', '']
    return `${before}${text}${after}`
  })

describe('a redacted report', () => {
  it('has no name and no address of the case in any file, however a log spells it', async () => {
    const property = fc.asyncProperty(seeds, (seed) =>
      within(async (folder) => {
        const target = targetOf(seed)
        const { person, place } = spellings(target)
        const plants = glued([...person, ...place], seed)
        const { opened, answered } = await spelledWorld(folder, target, plants)
        try {
          const out = join(folder, 'out')
          const plain = join(folder, 'plain')
          await writeReport(opened, answered, { out, redacted: ['names', 'addresses'] })
          await writeReport(opened, answered, { out: plain })
          assert.deepEqual(leaks(wholeText(out), target), [])
          // The check finds what is there.
          assert.equal(leaks(wholeText(plain), target).length, 9)
          assert.equal(
            wholeText(out).split(KEPT.toLowerCase()).length,
            wholeText(plain).split(KEPT.toLowerCase()).length,
          )
        } finally {
          await opened.close()
        }
      }),
    )
    await fc.assert(property, { numRuns: RUNS })
  })
})

describe('a notice', () => {
  it('has nothing of somebody else in any file, however a log spells it', async () => {
    const property = fc.asyncProperty(seeds, (seed) =>
      within(async (folder) => {
        const target = targetOf(seed)
        const plants = glued([...spellings(target).person, ...homeSpellings(target)], seed)
        const world = await spelledWorld(folder, target, plants)
        try {
          for (const name of [RECIPIENT.organisation, RECIPIENT.principal]) {
            const out = join(folder, `out ${name}`)
            // oxlint-disable-next-line no-await-in-loop -- a session runs one statement at a time
            await writeNotices(
              world.opened,
              world.answered,
              [recipient({ ...world, homes: [] }, name)],
              { out },
            )
            const text = wholeText(out)
            // Addresses of the attacker stay.
            assert.deepEqual(personIn(text, target), [])
            assert.deepEqual(
              home(target).filter((word) => bareOf(text).includes(word)),
              [],
            )
            assert.ok(text.includes(RECIPIENT.principal))
            assert.ok(text.includes(KEPT.toLowerCase()))
          }
        } finally {
          await world.opened.close()
        }
      }),
    )
    await fc.assert(property, { numRuns: RUNS })
  })
})

const hidden = (target: Target) => {
  const names = new Names(() => '#')
  for (const name of [target.principal, target.display, target.id]) names.add(name, 'one')
  const find = addressFinder(new Set([target.v4, target.v6]), () => '#')
  return (text: string) => replaceFound(names.replace(text), find)
}

describe('a spelling', () => {
  it('is found next to any mark', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom(...GLUES),
        fc.constantFrom(...GLUES),
        (seed, [before], [, after]) => {
          const target = targetOf(seed)
          const hide = hidden(target)
          const { person, place } = spellings(target)
          for (const text of [...person, ...place])
            assert.deepEqual(
              leaks(hide(`${before}${text}${after}`), target),
              [],
              `${before}${text}${after}`,
            )
        },
      ),
    )
  })

  it('that is none stays as it is', () => {
    const hide = hidden(targetOf(1))
    const kept = [
      '2024-05-01T10:00:01Z',
      '10:00:01',
      'Chrome/106.0.0.0',
      'std::dead::beef',
      '1.3.6.1.4.1.311',
      'd7:a8:fb:b3:07:d7:80:94:69:ca:9a:bc:b0:08:2e:4f:8d:56:51:e4',
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '50%25 of 100%, a &amp; b [.] %E9 \\u00e9',
      'report.example%2Fx',
    ]
    for (const text of kept) assert.equal(hide(text), text)
  })
})
