/** The PDF of a report as a reader has it: on both papers nothing is cut off, and its numbers of pages are right. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject, parseObject } from '@mintmark/core'
import { mintmark } from './built_command.ts'

const TOOLS = ['chromium', 'pdftotext', 'pdfinfo', 'pdftohtml'].map((name) => `/usr/bin/${name}`)
const missing = TOOLS.filter((program) => !existsSync(program))
const skip = missing.length === 0 ? false : `not installed: ${missing.join(', ')}`
if (skip !== false && process.env['CI'] === 'true') throw new Error(skip)

const folder = mkdtempSync(join(tmpdir(), 'mintmark-pdf-e2e-'))
const place = join(folder, 'case')
after(() => rmSync(folder, { recursive: true, force: true }))

const HOURS = 72
const guid = (kind: number, n: number) =>
  `${String(kind).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
const at = (hour: number, minutes: number) =>
  new Date(Date.UTC(2023, 4, 15, hour, minutes)).toISOString()
/** No blank, no hyphen: nothing at which a line breaks by itself. */
const LONG = 'w'.repeat(180)
const MAILBOXES = ['ada', 'bo', LONG.slice(0, 60)].map(
  (name) => `${name}@${LONG.slice(0, 60)}.example`,
)

function rows(): object[] {
  const common = (who: number, hour: number) => ({
    principal: MAILBOXES[who],
    tenant: `tenant${LONG}`,
    appId: `app${LONG}`,
    ip: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    sessionId: `session${LONG}${who}`,
    tokenId: guid(1, hour * 10 + who),
  })
  const used = (who: number, hour: number, more: object) => ({
    schema: 'mintmark-access/1',
    operation: `Read${LONG}`,
    service: 'Exchange',
    outcome: 'succeeded',
    mailbox: MAILBOXES[who],
    ...common(who, hour),
    client: LONG,
    items: [{ messageId: `<${LONG}${hour}@x.example>`, subject: LONG }],
    ...more,
  })
  const hours = Array.from({ length: HOURS }, (_, hour) => hour)
  return MAILBOXES.flatMap((_, who) => [
    ...hours.flatMap((hour) => [
      {
        schema: 'mintmark-issuance/1',
        id: guid(2, hour * 10 + who),
        at: at(hour, 1),
        ...common(who, hour),
      },
      used(who, hour, { id: guid(3, hour * 10 + who), at: at(hour, 2) }),
    ]),
    ...hours.slice(32, 62).map((hour) =>
      used(who, hour, {
        id: guid(4, hour * 10 + who),
        at: at(hour, 9),
        tokenId: guid(5, hour * 10 + who),
        ip: '203.0.113.9',
      }),
    ),
  ])
}

const PERIOD = {
  schema: 'mintmark-issuance-period/1',
  issuer: 'https://id.example.org',
  from: at(-1, 0),
  to: at(HOURS, 0),
}
const TITLE = `Report of a case whose title is long: ${LONG}`

before(async () => {
  if (skip !== false) return
  const input = join(folder, 'in', LONG)
  mkdirSync(input, { recursive: true })
  const lines = [PERIOD, ...rows()].map((row) => `${JSON.stringify(row)}\n`)
  writeFileSync(join(input, `${LONG}.ndjson`), lines.join(''))
  await mintmark('investigate', join(folder, 'in'), '--case', place)
})

async function printed(paper: string, ...more: readonly string[]): Promise<string> {
  const out = join(folder, `${paper}${more.length}`)
  const asked = ['--case', place, '--out', out, '--paper', paper, '--title', TITLE]
  const { code, err } = await mintmark('report', ...asked, '--classification', 'TLP:RED', ...more)
  assert.deepEqual([code, err], [0, ''])
  return out
}

const output = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 })

/** Words whose box leaves the paper less than the margin, which is 15 mm, with two points for rounding. */
const MARGIN = (15 / 25.4) * 72 - 2

function beyondMargin(pdf: string): string[] {
  const boxes = output('pdftotext', '-bbox', pdf, '-')
  const found: string[] = []
  let width = 0
  for (const line of boxes.split('\n')) {
    width = Number(/<page width="([\d.]+)"/.exec(line)?.[1] ?? width)
    const [, left, right, text] =
      /<word xMin="([-\d.]+)".* xMax="([-\d.]+)".*>(.*)<\/word>/.exec(line) ?? []
    if (Number(left) < MARGIN || Number(right) > width - MARGIN)
      found.push(`${right} of ${width}: ${text}`)
  }
  assert.ok(boxes.split('<word').length > 500 && width > 0)
  return found
}

/** Titles of the sections of a report, the first page's among them. */
function titlesOf(out: string): string[] {
  const sections: unknown = parseObject(readFileSync(join(out, 'report.json'), 'utf8'))?.[
    'sections'
  ]
  assert.ok(Array.isArray(sections) && sections.length > 5)
  return sections.filter(isObject).map(({ title }) => String(title))
}

const squeezed = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

describe('report.pdf', { skip }, () => {
  for (const [paper, width] of [
    ['a4', 595],
    ['letter', 612],
  ] as const) {
    it(`on ${paper} has no text beyond the margin`, async () => {
      const pdf = join(await printed(paper), 'report.pdf')
      const size = Number(/Page size: +([\d.]+) x/.exec(output('pdfinfo', pdf))?.[1])
      assert.equal(Math.round(size), width)
      assert.deepEqual(beyondMargin(pdf).slice(0, 5), [])
    })

    it(`on ${paper} has its contents with the pages on which the sections are`, async () => {
      const out = join(folder, `${paper}0`)
      const pages = output('pdftotext', '-layout', join(out, 'report.pdf'), '-')
        .split('\f')
        .map(squeezed)
      const contents = pages.findIndex((page) => page.includes('Contents'))
      assert.equal(contents, 1, 'the first page stands alone')
      for (const [number, title] of titlesOf(out).entries()) {
        if (number === 0) continue
        const named = new RegExp(`\\b${number} ${title} (\\d+)\\b`).exec(pages[contents] ?? '')?.[1]
        assert.ok(named !== undefined, `${title} is not in the contents`)
        const page = pages[Number(named) - 1] ?? ''
        assert.ok(page.includes(`${number} ${title}`), `${title} is not on page ${named}`)
        assert.ok(page.endsWith(`${named} / ${pages.length - 1}`), page.slice(-60))
      }
    })
  }

  it('has tags, a language, a title, and bookmarks of every section', () => {
    const out = join(folder, 'a40')
    const pdf = join(out, 'report.pdf')
    const info = output('pdfinfo', pdf)
    assert.match(info, /Tagged: +yes/)
    assert.match(info, /Title: +Report of a case whose title is long/)
    assert.match(readFileSync(pdf, 'latin1'), /\/Lang \(en\)/)
    const outline = output('pdftohtml', '-xml', '-i', '-stdout', pdf)
    const marks = squeezed(outline.slice(outline.indexOf('<outline>')))
    assert.deepEqual(
      titlesOf(out).filter((title) => !marks.includes(title)),
      [],
    )
    const structure = output('pdfinfo', '-struct', pdf)
    assert.match(structure, /H1[\s\S]*H2[\s\S]*Table/)
  })

  it('of a notice names nobody else', async () => {
    const [mine = '', other = ''] = MAILBOXES
    const out = await printed('a4', '--for', mine)
    const text = output('pdftotext', join(out, 'report.pdf'), '-').replaceAll(/\s+/g, '')
    assert.ok(text.includes(mine))
    assert.ok(!text.includes(other))
    assert.deepEqual(beyondMargin(join(out, 'report.pdf')).slice(0, 5), [])
  })
})
