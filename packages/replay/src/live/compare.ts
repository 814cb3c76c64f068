/** The forger's record, compared with an investigation of the logs. */
import type { Forgery } from './forger.ts'

/** One account, as either side has it. Times are milliseconds since 1970-01-01 UTC. */
interface AccountReads {
  readonly mailbox: string
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
  const accounts = forgeries
    .filter(({ messages }) => messages.length > 0)
    .map(({ mailbox, messages, fromMs: firstMs, toMs: lastMs }) => {
      const named = messages.map(({ folder, uid }) => `${folder}/${uid}`).toSorted(byText)
      return { mailbox, messages: named, firstMs, lastMs }
    })
  return {
    tokens: new Map(forgeries.map((each) => [each.tokenId, VERDICTS[each.class]])),
    accounts: accounts.toSorted((a, b) => byText(a.mailbox, b.mailbox)),
  }
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Logs may cut their times to a second. */
const CUT_MS = 1000

export function differences(truth: Outcome, said: Outcome): string[] {
  const ids = [...new Set([...truth.tokens.keys(), ...said.tokens.keys()])]
  const tokens = ids.flatMap((id) => {
    const [was, is] = [truth.tokens.get(id), said.tokens.get(id)]
    return was === is ? [] : [`token ${id} is ${was ?? 'genuine'} and is called ${is ?? 'nothing'}`]
  })
  const names = new Set([...truth.accounts, ...said.accounts].map(({ mailbox }) => mailbox))
  const accounts = [...names].flatMap((name) => {
    const [was, is] = [truth, said].map((side) => side.accounts.find((at) => at.mailbox === name))
    return accountDifference(name, was, is)
  })
  return [...tokens, ...accounts]
}

function accountDifference(
  name: string,
  was: AccountReads | undefined,
  is: AccountReads | undefined,
): string[] {
  if (was === undefined) return [`${name} was not read, and is said to be`]
  if (is === undefined) return [`${name} was read, and is not named`]
  const [read, named] = [was.messages, is.messages]
  const isSame = read.join('\n') === named.join('\n')
  const isWithin = is.firstMs >= was.firstMs - CUT_MS && is.lastMs <= was.lastMs + CUT_MS
  return [
    ...(isSame
      ? []
      : [`${name}: ${read.length} messages were read, and ${named.length} others named`]),
    ...(isWithin ? [] : [`${name}: named outside of the time in which it was read`]),
  ]
}
