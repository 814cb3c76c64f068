/** The recipient's part of a case, without whatever identifies anybody else. */
import { createHash } from 'node:crypto'
import * as cases from '@mintmark/case'
import { rememberedText } from '../model/decoded.ts'
import { folded, Names, type Redactor, replaceMailAddresses } from '../model/redaction.ts'
import { TOKENS_SHOWN } from '../sections/lineage.ts'
import type { Part } from '../sections/wording.ts'

export interface NoticePart extends Part {
  readonly whom: cases.Whom
  readonly concern: cases.Concern
  readonly uses: cases.TokenUses
  readonly unknowns: readonly cases.Unknown[]
}

/** The caller closes `concern.selected`, before `selected`. Throws as `Session.command`. */
export async function noticePart(
  session: cases.Session,
  answer: cases.Answer,
  selected: cases.Selected,
  whom: cases.Whom,
): Promise<NoticePart> {
  const concern = await cases.concerning(session, selected, answer.scope, whom)
  try {
    const counted = await cases.scope(session, concern.selected)
    const own = ownScope(counted, answer.scope, { concern, whom })
    const course = await cases.timeline(session, concern.selected)
    const about = { selected: concern.selected, scope: own, timeline: course }
    const unknowns = await cases.unknownsConcerning(session, about, concern.tenants)
    const uses = ownUses(
      await cases.tokenUses(session, concern.selected, { limit: TOKENS_SHOWN }),
      concern,
    )
    return {
      whom,
      concern,
      uses,
      unknowns,
      scope: own,
      timeline: course,
      selection: { ...answer.selection, accesses: own.accesses },
      conclusion: {
        status: answer.conclusion.status,
        unanswered: unknowns.length > 0 ? ['accesses-lost'] : [],
      },
      verdicts: { ...NO_VERDICTS, ...concern.verdicts },
      keys: [],
      sessions: [],
      tokens: strengthsOf(answer, uses),
    }
  } catch (cause) {
    await concern.selected.close()
    throw cause
  }
}

const NO_VERDICTS = { issued: 0, mismatched: 0, 'session-only': 0, undetermined: 0, unissued: 0 }

/** A base rate is a number of everybody's. */
function strengthsOf({ tokens }: cases.Answer, { rows }: cases.TokenUses): Part['tokens'] {
  const own = new Set(rows.map(({ tokenId, reason }) => `${tokenId} ${reason}`))
  return tokens
    .filter(({ tokenId, reason }) => own.has(`${tokenId} ${reason}`))
    .map(({ tokenId, reason, strength }) => ({ tokenId, reason, strength, baseRate: null }))
}

function ownUses({ rows, total }: cases.TokenUses, { own }: cases.Concern): cases.TokenUses {
  const names = new Set(own.names)
  const isOwn = ({ issued }: cases.TokenUse) =>
    issued !== null && names.has(issued.principal.trim().toLowerCase())
  return { rows: rows.map((use) => (isOwn(use) ? use : { ...use, issued: null })), total }
}

/** By the names that the whole case gives, and without numbers that count others. */
function ownScope(
  part: cases.Scope,
  whole: cases.Scope,
  { concern, whom }: Pick<NoticePart, 'concern' | 'whom'>,
): cases.Scope {
  const homes = new Map(whole.accounts.map(({ mailbox, organisation }) => [mailbox, organisation]))
  const [account] = part.accounts
  const only = whom.isOrganisation ? undefined : account
  return {
    ...part,
    ...(only !== undefined && { messages: only.messages, copies: only.copies }),
    accounts: part.accounts.map((one) => ({
      ...one,
      organisation: homes.get(one.mailbox) ?? one.organisation,
    })),
    organisation_list: part.organisation_list
      .slice(0, whom.isOrganisation ? 1 : 0)
      .map(({ basis }) => ({
        name: whom.name,
        mailboxes: part.mailboxes,
        marked: part.accounts.filter((one) => one.accesses > 0 && one.marked === one.accesses)
          .length,
        messages: part.messages,
        basis,
      })),
    not_judged: null,
    access_log_losses: ownLosses(part.access_log_losses, concern),
  }
}

/** Of a log that may be others' it is said that it lost records, and not how many, how often or when. */
function ownLosses(
  losses: cases.Scope['access_log_losses'],
  { tenants }: cases.Concern,
): cases.Scope['access_log_losses'] {
  const own = losses.filter(({ tenant }) => tenants.includes(tenant))
  const shared = new Map<string, cases.Scope['access_log_losses'][number]>()
  for (const { tenant, because, loss } of losses)
    if (!tenants.includes(tenant))
      shared.set(`${because} ${loss}`, {
        tenant: '',
        because,
        loss,
        from: null,
        to: null,
        records: 0,
      })
  return [...own, ...shared.values()]
}

export const SOMEBODY_ELSE = '[somebody else]'
export const ANOTHER_ORGANISATION = '[another organisation]'

/** Owners of names that stay; no name of a case has a NUL. */
const OWN = '\0own'
const ORGANISATION = '\0organisation'

export function othersRedactor({ own, others }: Pick<cases.Concern, 'own' | 'others'>): Redactor {
  const names = new Names((owner, found) => {
    if (owner === OWN) return found
    return owner === ORGANISATION ? ANOTHER_ORGANISATION : SOMEBODY_ELSE
  })
  for (const name of [...own.names, ...own.organisations]) names.add(name, OWN)
  for (const name of others.names) names.add(name, SOMEBODY_ELSE)
  for (const name of others.organisations) names.add(name, ORGANISATION)
  const home = { own: foldedSet(own.organisations), others: foldedSet(others.organisations) }
  const text = rememberedText((given) => names.replaceKnown(withoutAddressesOf(given, home)))
  return {
    text,
    messageId: (id) =>
      text(id) === id ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`,
  }
}

const foldedSet = (names: readonly string[]): ReadonlySet<string> => new Set(names.map(folded))

/** Also those that the case has no other record of: the nearest domain that is anybody's decides. */
function withoutAddressesOf(
  text: string,
  home: { readonly own: ReadonlySet<string>; readonly others: ReadonlySet<string> },
): string {
  return replaceMailAddresses(text, (found, original) => {
    const domains = parentsOf(found)
    const nearest = domains.find((domain) => home.own.has(domain) || home.others.has(domain)) ?? ''
    return home.others.has(nearest) && !home.own.has(nearest) ? SOMEBODY_ELSE : original
  })
}

function parentsOf(address: string): string[] {
  const labels = address.slice(address.lastIndexOf('@') + 1).split('.')
  return labels.map((_, at) => labels.slice(at).join('.'))
}
