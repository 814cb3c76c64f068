/** The forger's record, compared with an investigation of the logs. */
import type { Forgery } from './forger.ts'

interface AccountReads {
  readonly mailbox: string
  /** `FOLDER/UID` of what was read, in order. */
  readonly messages: readonly string[]
  readonly firstMs: number
  readonly lastMs: number
}

export interface Outcome {
  /** Token ids and what they were: `unissued`, or `mismatched` for one that was issued to somebody else. */
  readonly tokens: ReadonlyMap<string, string>
  readonly accounts: readonly AccountReads[]
}

const VERDICTS = { forged: 'unissued', 'reused-id': 'mismatched' } as const

export function outcomeOf(forgeries: readonly Forgery[]): Outcome {
  const read = forgeries.filter(({ messages }) => messages.length > 0)
  return {
    tokens: new Map(forgeries.map((each) => [each.tokenId, VERDICTS[each.class]])),
    accounts: read.map(accountOf).toSorted((a, b) => byText(a.mailbox, b.mailbox)),
  }
}

function accountOf({ mailbox, messages, fromMs, toMs }: Forgery): AccountReads {
  const named = messages.map(({ folder, uid }) => `${folder}/${uid}`).toSorted(byText)
  return { mailbox, messages: named, firstMs: fromMs, lastMs: toMs }
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Logs may cut their times to a second. */
const CUT_MS = 1000

/** Where the investigation says something else than the truth, one sentence each; none where they agree. */
export function differences(truth: Outcome, said: Outcome): string[] {
  return [...tokenDifferences(truth, said), ...accountDifferences(truth, said)]
}

function tokenDifferences(truth: Outcome, said: Outcome): string[] {
  const ids = [...new Set([...truth.tokens.keys(), ...said.tokens.keys()])]
  return ids
    .filter((id) => truth.tokens.get(id) !== said.tokens.get(id))
    .map((id) => {
      const [was, is] = [truth.tokens.get(id), said.tokens.get(id)]
      return `token ${id} is ${was ?? 'genuine'} and is called ${is ?? 'nothing'}`
    })
}

function accountDifferences(truth: Outcome, said: Outcome): string[] {
  const names = [...new Set([...truth.accounts, ...said.accounts].map(({ mailbox }) => mailbox))]
  return names.flatMap((name) => accountDifference(name, readsOf(truth, name), readsOf(said, name)))
}

const readsOf = ({ accounts }: Outcome, name: string) =>
  accounts.find(({ mailbox }) => mailbox === name)

function accountDifference(
  name: string,
  was: AccountReads | undefined,
  is: AccountReads | undefined,
): string[] {
  if (was === undefined) return [`${name} was not read, and is said to be`]
  if (is === undefined) return [`${name} was read, and is not named`]
  return messageDifference(was, is).concat(timeDifference(was, is))
}

function messageDifference({ mailbox, messages }: AccountReads, is: AccountReads): string[] {
  if (messages.join('\n') === is.messages.join('\n')) return []
  return [
    `${mailbox}: ${messages.length} messages were read, and ${is.messages.length} others named`,
  ]
}

function timeDifference({ mailbox, firstMs, lastMs }: AccountReads, is: AccountReads): string[] {
  if (is.firstMs >= firstMs - CUT_MS && is.lastMs <= lastMs + CUT_MS) return []
  return [`${mailbox}: named outside of the time in which it was read`]
}
