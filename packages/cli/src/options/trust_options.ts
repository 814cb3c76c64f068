import { isLoopback } from '@mintmark/trust'
import { type Call, invalid } from '../process/call.ts'

/** @throws {MintmarkError} `INPUT_INVALID` for what is no origin: it would allow nothing, unnoticed */
export function originsOption(call: Call): ReadonlySet<string> {
  const given = call.list('origin')
  const wrong = given.find((each) => !URL.canParse(each) || !isOrigin(each, new URL(each)))
  if (wrong === undefined) return new Set(given)
  throw invalid('origin', '--origin takes an origin such as https://keys.example.org')
}

const isOrigin = (given: string, { origin, protocol, hostname }: URL) =>
  origin === given && (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)))
