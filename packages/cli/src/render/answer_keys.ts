/**
 * The keys of an answer, on a terminal: which key, in which file, in which forms, who touched that file.
 *
 * @module
 */
import {
  type Answer,
  dumpName,
  type FileTouches,
  isLeak,
  type KeyFound,
  type Toucher,
} from '@mintmark/case'
import { safeText } from '@mintmark/core'
import { plural } from './table.ts'

/** Keys, forms and people that are told; `--json` has all. */
const SHOWN = { keys: 1, forms: 3, people: 1 }

const PATH = 50

/** Names of the files that hold a key, as `dumpName` gives them. */
export function fileNames({ places }: KeyFound): string[] {
  return places.flatMap(({ files }) => files.map(dumpName))
}

/** A label and what it says. */
type Line = readonly [label: string, text: string]

/** Which key, where, and who touched that, for the first keys; and how many are left. */
export function keyLines({ keys, chains }: Answer): Line[] {
  const leaks = keys.filter(isLeak)
  const left = leaks.length - SHOWN.keys
  return [
    ...leaks.slice(0, SHOWN.keys).flatMap((key) => linesOf(key).concat(chainLines(chains, key))),
    ...(left > 0 ? [['', `… and ${plural(left, 'more key')}: --json`] as const] : []),
  ]
}

function linesOf(key: KeyFound): Line[] {
  const { kind, bits, kid, spkiSha256, places } = key
  const [place] = places
  if (place === undefined) return []
  const what = bits === 0 ? kind : `${kind} ${bits}`
  const id = kid === null ? '' : `, kid ${safeText(kid, 60)}`
  const more = places.length > 1 ? ` and in ${plural(places.length - 1, 'other dump')}` : ''
  return [
    ['Key found', `private ${what}, SPKI SHA-256 ${spkiSha256}${id}${named(key)}`],
    ['  in file', `${ending(place.files[0] ?? '')}: ${copies(place)}${more}`],
    ['  touched', touched(place.touched)],
  ]
}

/** Since when the key was not to be trusted, who accepts it, and what the evidence cannot connect. */
function chainLines(chains: Answer['chains'], { spkiSha256 }: KeyFound): Line[] {
  const links = chains.find((chain) => chain.spkiSha256 === spkiSha256)?.links ?? []
  const shown = links.flatMap(({ link, state, text }): Line[] => {
    const { label, sentences } = SHOWN_LINKS[link] ?? {}
    if (label === undefined || state === 'missing') return []
    return [
      [
        label,
        safeText(
          text
            .split(/(?<=\.) /)
            .slice(0, sentences)
            .join(' '),
          400,
        ),
      ],
    ]
  })
  const missing = links.flatMap(({ link, state }) => {
    if (state === 'missing') return [MISSING[link]]
    return link === 'verifiers' ? ['which verifier the accesses used'] : []
  })
  return missing.length === 0 ? shown : [...shown, ['  missing', missing.join('; ')]]
}

type LinkName = Answer['chains'][number]['links'][number]['link']

const SHOWN_LINKS: Readonly<Partial<Record<LinkName, { label: string; sentences: number }>>> = {
  trust: { label: '  trusted', sentences: 2 },
  tokens: { label: '  tokens', sentences: 1 },
  verifiers: { label: '  doors', sentences: 1 },
}
const MISSING: Readonly<Record<LinkName, string>> = {
  key: 'a dump with the key',
  trust: 'until when it was to be trusted',
  tokens: 'which tokens it signed',
  accesses: 'accesses with its tokens',
  verifiers: 'who still accepts it',
}

function named({ subject, notAfter }: KeyFound): string {
  const facts = [
    ...(subject === null ? [] : [safeText(subject, 60)]),
    ...(notAfter === null ? [] : [`ran out ${notAfter.slice(0, 10)}`]),
  ]
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`
}

/** The end of a path, which tells files apart. */
function ending(path: string): string {
  const end = safeText(path.split(/[\\/]/).slice(-2).join('/'), 4000)
  return end.length <= PATH ? end : `…${end.slice(1 - PATH)}`
}

function copies({ copies: all, forms }: KeyFound['places'][number]): string {
  const names = forms.toSorted((a, b) => b.places - a.places).map(({ form }) => form)
  const shown = names.slice(0, SHOWN.forms).join(', ')
  return `${plural(all, 'copy', 'copies')} (${shown}${names.length > SHOWN.forms ? ', …' : ''})`
}

function touched(touches: FileTouches | null): string {
  if (touches === null) return 'no record names such a file: who had it cannot be told'
  const { by, accesses, principals, suspect, established, people } = touches
  const which = by === 'hash' ? '' : 'a file of this name, '
  const sum = `${which}${plural(accesses, 'time')} by ${plural(principals, 'account')}`
  if (suspect === 0) return `${sum}; nothing points at any of them`
  const word = established > 0 ? 'suspect' : 'leads'
  return `${sum}; ${word}: ${people.slice(0, SHOWN.people).map(person).join(', ')}`
}

function person({ principal, verdict, hunts, accesses, first }: Toucher): string {
  const why = [`token ${verdict}`, ...hunts].map((each) => safeText(each, 40)).join(', ')
  return `${safeText(principal, 60)} ${plural(accesses, 'time')} from ${first.slice(0, 10)} (${why})`
}
