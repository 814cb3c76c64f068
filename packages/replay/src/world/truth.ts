/** What really happened. An access without a line in `truth-accesses.ndjson` is ordinary. */
import { DAY, HOUR, isoMs, type Span } from './calendar.ts'
import type { AuditRecord, FalsePositive, GraphCall, Verdict } from './events.ts'
import type { Habit } from './organisations.ts'
import type { TextFile } from './text_file.ts'
import type { Organisation, Person } from './world.ts'

export type AccessClass =
  /** Signed with the stolen key; its id was never issued. */
  | 'forged'
  /** Forged under the id of a genuine token of somebody else's. */
  | 'reused-id'
  | 'renewed'
  /** Genuine, and used by somebody else than its holder (2021). */
  | 'replayed'
  /** Genuine, and granted to the wrong party. */
  | 'mis-granted'

export interface Expectation {
  readonly determinable: boolean
  readonly verdicts: readonly Verdict[]
  readonly reasons: readonly string[]
}

/** The day on which sign-in logs of the tenant with drifting fields began to carry token and session ids. */
export const FIELDS_FROM_MS: number = Date.UTC(2023, 4, 29)
/** The hours in which the backup service issued tokens, and did not log some of them. */
export const OUTAGE: Span = { fromMs: Date.UTC(2023, 5, 8, 10), toMs: Date.UTC(2023, 5, 8, 13) }
/** The longest life of a token, and the hour around an outage in which records may be missing too. */
const OUTAGE_FELT_MS = 29 * HOUR
export const IDS_FROM_MS: number = Date.UTC(2023, 5, 5)

export const certain = (verdict: Verdict): Expectation => ({
  determinable: true,
  verdicts: [verdict],
  reasons: [],
})
const unclear = (reasons: readonly string[], ...also: readonly Verdict[]): Expectation => ({
  determinable: false,
  verdicts: ['undetermined', ...also],
  reasons,
})

export function expectForged(
  of: Organisation,
  kind: AccessClass,
  atMs: number,
  hasId: boolean,
): Expectation {
  const has = (habit: Habit) => of.habits.includes(habit)
  // A token may be a day old, and the log may be silent around the hour of the change.
  const isDrifting = has('field-drift') && atMs < FIELDS_FROM_MS + 2 * DAY
  if (!hasId) return unclear(['no-token-id', 'malformed-id', 'field-not-carried'])
  if (has('ids-lost') && atMs < IDS_FROM_MS) return unclear(['no-token-id', 'field-not-carried'])
  if (kind === 'reused-id')
    return isDrifting
      ? unclear(['field-not-carried', 'before-issuance-window'], 'mismatched', 'unissued')
      : certain('mismatched')
  if (has('no-non-interactive'))
    return unclear(['category-not-supplied', 'owa-issuer-not-supplied'])
  if (has('portal-grouped'))
    return unclear(['portal-grouped', 'owa-issuer-not-supplied', 'category-not-supplied'])
  if (isDrifting) return unclear(['field-not-carried'], 'unissued')
  // The token may be one that the backup gave: whether its record names a time of issue that excludes it is chance.
  if (
    has('backup-authentication') &&
    OUTAGE.fromMs - HOUR <= atMs &&
    atMs < OUTAGE.toMs + OUTAGE_FELT_MS
  )
    return unclear(['backup-authentication'], 'unissued')
  // A token that the mail service may have made: without its log it is unknown.
  if (!of.owaAuth) return unclear(['owa-issuer-not-supplied'], 'unissued')
  return certain('unissued')
}

interface Account extends AccountRef {
  readonly named: Set<number>
  readonly shared: Set<number>
  readonly unlogged: Set<number>
  readonly withoutId: Set<number>
  synced: number
  accesses: number
  firstMs: number
  lastMs: number
}

interface AccountRef {
  readonly of: Organisation
  readonly person: Person
}

interface Accessed {
  readonly mailbox: string
  readonly messages: number
  readonly tokenId: string
}

type Label = [
  of: Organisation,
  access: AuditRecord | GraphCall,
  kind: AccessClass,
  expected: Expectation,
  accessed: Accessed,
]

export class Truth {
  readonly #lines: Pick<TextFile, 'write'>
  readonly #accounts = new Map<string, Account>()
  readonly #classes = new Map<AccessClass, number>()
  readonly #falsePositives = new Map<string, { accesses: number; verdicts: Set<string> }>()
  readonly #tokens = new Set<string>()
  readonly #misGranted = new Map<string, { organisation: string; messages: Set<string> }>()
  readonly #organisations = new Map<number, number>()
  #renewals = 0
  #determinable = { unissued: 0, mismatched: 0 }
  #firstMs = Number.POSITIVE_INFINITY
  #lastMs = 0

  constructor(lines: Pick<TextFile, 'write'>) {
    this.#lines = lines
  }

  forged(...label: Label): void {
    const [of, access, , expected, accessed] = label
    this.#firstMs = Math.min(this.#firstMs, access.atMs)
    this.#lastMs = Math.max(this.#lastMs, access.atMs)
    if (accessed.tokenId !== '') this.#tokens.add(accessed.tokenId)
    if (expected.determinable) {
      if (expected.verdicts[0] === 'mismatched') this.#determinable.mismatched++
      else this.#determinable.unissued++
    }
    this.#organisations.set(of.index, (this.#organisations.get(of.index) ?? 0) + 1)
    this.attackers(...label)
  }

  attackers(...[of, access, kind, expected, accessed]: Label): void {
    this.#classes.set(kind, (this.#classes.get(kind) ?? 0) + 1)
    this.#line(of, access, { class: kind, falsePositive: '', ...expected, ...accessed })
  }

  readMisGranted(of: Organisation, mailbox: string, record: AuditRecord): void {
    const account = this.#misGranted.get(mailbox) ?? {
      organisation: of.name,
      messages: new Set<string>(),
    }
    for (const { items } of record.mail?.folders ?? [])
      for (const { messageId } of items) account.messages.add(messageId)
    this.#misGranted.set(mailbox, account)
  }

  falsePositive(
    of: Organisation,
    access: Pick<AuditRecord, 'id' | 'atMs'>,
    label: FalsePositive,
  ): void {
    const { name, verdicts, reasons } = label
    const falsePositive = this.#falsePositives.get(name) ?? { accesses: 0, verdicts: new Set() }
    this.#falsePositives.set(name, falsePositive)
    falsePositive.accesses++
    for (const verdict of verdicts) falsePositive.verdicts.add(verdict)
    const determinable = verdicts.length === 1 && verdicts[0] !== 'undetermined'
    this.#line(of, access, { class: '', falsePositive: name, determinable, verdicts, reasons })
  }

  #line(of: Organisation, { id, atMs }: Pick<AuditRecord, 'id' | 'atMs'>, more: object): void {
    const line = { id, at: isoMs(atMs), organisation: of.name, tenant: of.tenant, ...more }
    this.#lines.write(`${JSON.stringify(line)}\n`)
  }

  renewal(): void {
    this.#renewals++
  }

  /** Messages read by a forged token; `mailbox` is whose numbers they have. */
  read(
    ref: AccountRef,
    atMs: number,
    messages: readonly number[],
    mailbox: number,
    isLogged: boolean,
  ): void {
    const account = this.#account(ref, atMs)
    const into = mailbox === ref.person.index ? account.named : account.shared
    for (const message of messages) (isLogged ? into : account.unlogged).add(message)
  }

  readItem(ref: AccountRef, atMs: number, message: number): void {
    this.#account(ref, atMs).withoutId.add(message)
  }

  synced(ref: AccountRef, atMs: number, items: number): void {
    this.#account(ref, atMs).synced += items
  }

  #account({ of, person }: AccountRef, atMs: number): Account {
    const account = this.#accounts.get(person.upn) ?? {
      of,
      person,
      named: new Set(),
      shared: new Set(),
      unlogged: new Set(),
      withoutId: new Set(),
      synced: 0,
      accesses: 0,
      firstMs: atMs,
      lastMs: atMs,
    }
    this.#accounts.set(person.upn, account)
    account.accesses++
    account.firstMs = Math.min(account.firstMs, atMs)
    account.lastMs = Math.max(account.lastMs, atMs)
    return account
  }

  sums(): TruthSums {
    const accounts = [...this.#accounts.values()].map(accountSums)
    return {
      forged: {
        first: isoMs(this.#firstMs),
        last: isoMs(this.#lastMs),
        accesses: [...this.#organisations.values()].reduce((sum, count) => sum + count, 0),
        tokens: this.#tokens.size,
        organisations: this.#organisations.size,
        determinable: { ...this.#determinable },
        renewalsLogged: this.#renewals,
      },
      classes: Object.fromEntries(this.#classes),
      accounts,
      misGranted: [...this.#misGranted].map(([mailbox, { organisation, messages }]) => ({
        mailbox,
        organisation,
        messages: messages.size,
      })),
      falsePositives: Object.fromEntries(
        [...this.#falsePositives].map(([name, { accesses, verdicts }]) => [
          name,
          { accesses, verdicts: [...verdicts] },
        ]),
      ),
    }
  }

  organisationMessages(of: Organisation): number {
    const own = [...this.#accounts.values()].filter((account) => account.of.index === of.index)
    const first = own.find(({ person }) => person.index === 0)
    const both = own.flatMap(({ shared }) => [...shared].filter((at) => first?.named.has(at)))
    return own.reduce((sum, account) => sum + accountSums(account).messages, -both.length)
  }
}

export interface TruthSums {
  readonly forged: {
    readonly first: string
    readonly last: string
    readonly accesses: number
    readonly tokens: number
    readonly organisations: number
    readonly determinable: { readonly unissued: number; readonly mismatched: number }
    readonly renewalsLogged: number
  }
  readonly classes: object
  readonly accounts: readonly {
    readonly mailbox: string
    readonly organisation: string
    readonly group: string
    readonly messages: number
  }[]
  readonly misGranted: readonly object[]
  readonly falsePositives: object
}

function accountSums(account: Account) {
  const named = account.named.size + account.shared.size
  const unlogged = [...account.unlogged].filter((message) => !account.named.has(message)).length
  return {
    mailbox: account.person.upn,
    organisation: account.of.name,
    group: account.person.group,
    messages: named + unlogged + account.synced,
    named,
    unlogged,
    synced: account.synced,
    itemsWithoutMessageId: account.withoutId.size,
    records: account.accesses,
    first: isoMs(account.firstMs),
    last: isoMs(account.lastMs),
  }
}
