/**
 * What of a case concerns the recipient of a notice, counted from the records of that part alone.
 *
 * @module
 */
import type {
  Answer,
  Concern,
  Scope,
  Selected,
  Session,
  TokenUse,
  TokenUses,
  Unknown,
  Whom,
} from '@mintmark/case'
import { concerning, scope, timeline, tokenUses, unknownsConcerning } from '@mintmark/case'
import { TOKENS_SHOWN } from '../sections/lineage.ts'
import type { Part } from '../sections/wording.ts'

export interface NoticePart extends Part {
  readonly whom: Whom
  readonly concern: Concern
  readonly uses: TokenUses
  readonly unknowns: readonly Unknown[]
}

/** The caller closes `concern.selected`, before `selected`. Throws as `Session.command`. */
export async function noticePart(
  session: Session,
  answer: Answer,
  selected: Selected,
  whom: Whom,
): Promise<NoticePart> {
  const concern = await concerning(session, selected, answer.scope, whom)
  try {
    const counted = await scope(session, concern.selected)
    const own = ownScope(counted, answer.scope, { concern, whom })
    const course = await timeline(session, concern.selected)
    const about = { selected: concern.selected, scope: own, timeline: course }
    const unknowns = await unknownsConcerning(session, about, concern.tenants)
    const uses = ownUses(
      await tokenUses(session, concern.selected, { limit: TOKENS_SHOWN }),
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
      verdicts: ownVerdicts(concern),
      keys: [],
      sessions: [],
      tokens: strengthsOf(answer, uses),
    }
  } catch (cause) {
    await concern.selected.close()
    throw cause
  }
}

function ownVerdicts({ verdicts }: Concern): Part['verdicts'] {
  const of = (name: string) => verdicts[name] ?? 0
  return {
    issued: of('issued'),
    mismatched: of('mismatched'),
    'session-only': of('session-only'),
    undetermined: of('undetermined'),
    unissued: of('unissued'),
  }
}

/** A base rate is a number of everybody's. */
function strengthsOf({ tokens }: Answer, { rows }: TokenUses): Part['tokens'] {
  const own = new Set(rows.map(({ tokenId, reason }) => `${tokenId} ${reason}`))
  return tokens
    .filter(({ tokenId, reason }) => own.has(`${tokenId} ${reason}`))
    .map(({ tokenId, reason, strength }) => ({ tokenId, reason, strength, baseRate: null }))
}

/** Whom a token was issued to, when and where, is a record of that person. */
function ownUses({ rows, total }: TokenUses, { own }: Concern): TokenUses {
  const names = new Set(own.names)
  const isOwn = ({ issued }: TokenUse) =>
    issued !== null && names.has(issued.principal.trim().toLowerCase())
  return { rows: rows.map((use) => (isOwn(use) ? use : { ...use, issued: null })), total }
}

/** By the names that the whole case gives, and without numbers that count others. */
function ownScope(
  part: Scope,
  whole: Scope,
  { concern, whom }: Pick<NoticePart, 'concern' | 'whom'>,
): Scope {
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
        messages: part.messages,
        basis,
      })),
    not_judged: null,
    access_log_losses: ownLosses(part.access_log_losses, concern),
  }
}

/** Of a log that may be others' it is said that it lost records, and not how many, how often or when. */
function ownLosses(
  losses: Scope['access_log_losses'],
  { tenants }: Concern,
): Scope['access_log_losses'] {
  const own = losses.filter(({ tenant }) => tenants.includes(tenant))
  const shared = new Map<string, Scope['access_log_losses'][number]>()
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
