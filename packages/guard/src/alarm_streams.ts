/** The event streams of a guard's configuration, for other commands that report something. */
import { setTimeout } from 'node:timers/promises'
import { MintmarkError } from '@mintmark/core'
import { parseGuardConfig } from './config/config.ts'
import { EventDelivery, settingsOf } from './events/event_delivery.ts'
import type { SecurityEvent } from './events/event_stream.ts'
import { statementSigner } from './events/statements.ts'
import { textOfFile } from './verify/keys.ts'

export interface AlarmStreams {
  readonly send: (event: SecurityEvent) => Promise<void>
  /** Ends the delivery; events that no receiver took are lost. @returns how many */
  readonly stop: (patienceMs: number) => Promise<number>
}

const POLL_MS = 50

/**
 * @param file a guard's configuration, with `statements` and at least one stream that is pushed
 * @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID`
 */
export async function openAlarmStreams(
  file: string,
  { log, now }: { readonly log: (line: string) => void; readonly now: () => number },
): Promise<AlarmStreams> {
  const { statements, streams } = parseGuardConfig(await textOfFile(file))
  const pushed = streams.filter(({ push }) => push !== undefined)
  if (statements === undefined || pushed.length === 0)
    throw new MintmarkError('INPUT_INVALID', 'the configuration has no stream that is pushed', {
      option: 'streams',
    })
  const signer = await statementSigner(statements.issuer, await textOfFile(statements.key), now)
  const settings = await Promise.all(pushed.map(settingsOf))
  const delivery = new EventDelivery(signer, log)
  // What is reported here is an alarm of its own type.
  for (const each of settings) delivery.add({ ...each, requested: undefined })
  const pending = () => delivery.streams.reduce((sum, stream) => sum + stream.pending, 0)
  return {
    send: (event) => delivery.announce([event]),
    stop: async (patienceMs) => {
      const endMs = performance.now() + patienceMs
      // oxlint-disable-next-line no-await-in-loop -- until all is taken
      while (pending() > 0 && performance.now() < endMs) await setTimeout(POLL_MS)
      const lost = pending()
      await delivery.stop()
      return lost
    },
  }
}
