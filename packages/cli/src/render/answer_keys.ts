/** The keys of an answer, on a terminal: which key, in which file, who accessed that file. */
import * as cases from '@mintmark/case'
import { minute, safeText } from '@mintmark/core'
import { plural } from './table.ts'
import { shortened } from './wrapped.ts'

/** Keys that are shown; `--json` has all. */
const KEYS = 1

const NAME = 50

export const fileNames = ({ dumps }: cases.KeyFound): string[] =>
  dumps.flatMap(({ files }) => files.map(cases.dumpName))

type Line = readonly [label: string, text: string]

export function keyLines(answer: cases.Answer): Line[] {
  const leaks = answer.keys.filter(cases.isLeak)
  const left = leaks.length - KEYS
  const texts = [
    ...leaks.slice(0, KEYS).flatMap((key) => textOf(key, answer).concat(chainTexts(answer, key))),
    ...(left > 0 ? [`${plural(left, 'more key')}: --json`] : []),
  ]
  return texts.map((text, i) => [i === 0 ? 'KEY' : '', text])
}

function textOf({ kind, bits, dumps, spkiSha256 }: cases.KeyFound, answer: cases.Answer): string[] {
  const [dump] = dumps
  if (dump === undefined) return []
  const until = answer.chains.find((chain) => chain.spkiSha256 === spkiSha256)?.trustedUntil ?? null
  const end = until === null ? '' : `; trusted until ${until.slice(0, 10)}`
  const what = bits === 0 ? kind : `${kind} ${bits}`
  const file = shortened(safeText(dump.files[0]?.split(/[\\/]/).at(-1) ?? '', 4000), NAME, 'end')
  const more = dumps.length > 1 ? ` and in ${plural(dumps.length - 1, 'other dump')}` : ''
  return [`private key in ${file} (${what})${more}, ${accessed(dump.accessed, answer)}${end}`]
}

function chainTexts({ chains }: cases.Answer, { spkiSha256 }: cases.KeyFound): string[] {
  const links = chains.find((chain) => chain.spkiSha256 === spkiSha256)?.links ?? []
  const shown = links
    .filter(({ link, state }) => SHOWN.has(link) && state !== 'missing')
    .map(({ text }) => safeText(text.split(/(?<=\.) /)[0] ?? '', 400))
  if (shown.length === 0) return []
  const missing = links.flatMap(({ link, state }) => {
    if (state === 'missing') return [MISSING[link]]
    return link === 'verifiers' ? ['which verifier the accesses used'] : []
  })
  return [...shown, `missing: ${missing.join('; ')}`]
}

type LinkName = cases.Answer['chains'][number]['links'][number]['link']

const SHOWN: ReadonlySet<LinkName> = new Set(['tokens', 'verifiers'])
const MISSING: Readonly<Record<LinkName, string>> = {
  key: 'a dump with the key',
  trust: 'until when it was to be trusted',
  tokens: 'which tokens it signed',
  accesses: 'accesses with its tokens',
  verifiers: 'who still accepts it',
}

function accessed(file: cases.FileUse | null, answer: cases.Answer): string {
  if (file === null) return 'no log records access to that file'
  const { by, accesses, principals, suspect, established, people } = file
  const [person] = people
  const matched = by === 'hash' ? '' : 'matched by file name'
  if (suspect === 0 || person === undefined) {
    const sum = `${plural(accesses, 'time')} by ${plural(principals, 'account')}`
    const how = matched === '' ? '' : ` (${matched})`
    return `accessed ${sum}${how}; nothing points at any of them`
  }
  const sure = [established > 0 ? 'established' : 'lead', ...(matched === '' ? [] : [matched])]
  return `accessed ${personText(person, answer)} (${sure.join(', ')})`
}

const TOKENS: Readonly<Record<string, string>> = {
  unissued: 'on a token nobody issued',
  mismatched: 'on a token issued to somebody else',
  replayed: 'on a replayed token',
  'mis-granted': 'on a mis-granted token',
}

function personText(
  { principal, verdict, hunts, last }: cases.FileUser,
  answer: cases.Answer,
): string {
  const classes = answer.hunts.flatMap(({ id, class: kind }) => (hunts.includes(id) ? [kind] : []))
  const [token = 'from an unusual context'] = [verdict, ...classes].flatMap(
    (kind) => TOKENS[kind] ?? [],
  )
  return `${minute(last)} by ${shortened(safeText(principal, 200), NAME)} ${token}`
}
