/**
 * The same hunts on the same rows wherever a case lives: a folder, a server, two shards.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runHunts } from '../../src/hunts/run_hunts.ts'
import { openCase } from '../../src/store/case.ts'
import { backends } from '../backends.ts'
import { access, fill, guid, issuance } from '../world.ts'
import {
  ANNA,
  APP,
  appReads,
  BORIS,
  DAY,
  HOTEL,
  issued,
  LINUX,
  late,
  OFFICE,
  used,
  weeks,
} from './hunt_lives.ts'

const oneHand = used(50, 20, { principal_id: 'oid-a' })
const otherHand = used(51, 20, { principal: BORIS, principal_id: 'oid-b' })
const orphan = used(60, 21, { session_id: 's9' })
const badGrant = access(14 * DAY, {
  operation: 'Consent to application.',
  principal: BORIS,
  detail: APP,
})
const ids = Array.from({ length: 400 }, (_, index) =>
  issuance(1, ANNA, {
    token_id: `${index.toString(16).padStart(8, '0')}-1d9b-44b5-b0f2-cb94f06b2d00`,
  }),
)

const WORLD = {
  access: [
    ...weeks(),
    used(3, 1),
    used(3.05, 1, { ip: HOTEL, client: LINUX }),
    used(3.1, 1),
    used(9, 3, { session_id: 's1' }),
    used(9.1, 3, { session_id: 's1', ip: '198.18.1.9', client: LINUX }),
    used(12, 4, { ip: '198.18.2.77' }),
    oneHand,
    otherHand,
    orphan,
    badGrant,
    late(ANNA, { client: 'Client=REST;Client=RESTSystem;;', ip: '198.18.3.200' }),
    ...Array.from({ length: 5 }, (_, index) =>
      appReads(15 * DAY, { mailbox: `m${index}@a.example.org` }),
    ),
    used(20, 0, { token_id: '12345678-1d9b-14b5-b0f2-cb94f06b2dff' }),
    used(21, 5, { token_tenant: '9188040d-6c67-4c5b-b112-36a304b66dad' }),
    access(22, {
      operation: 'New-InboxRule',
      principal: ANNA,
      detail: '{"parameters":{"DeleteMessage":"True"}}',
    }),
  ],
  issuance: [
    ...ids,
    issued(2, 1),
    issued(8, 3, { session_id: 's1' }),
    issued(11, 4, { protocol: 'deviceCode' }),
    issuance(0, BORIS, { ip: OFFICE, token_id: guid(99) }),
  ],
  verdicts: new Map([
    [orphan, ['session-only', 'session-known-token-missing']],
    [badGrant, ['unissued', 'never-issued']],
  ] as const),
}

const HITS = {
  app_reads_many_mailboxes: 5,
  consumer_token_on_mailbox: 1,
  consent_then_mail: 0,
  context_never_seen: 6,
  device_code_apart: 0,
  device_code_elsewhere: 1,
  grant_by_unissued_token: 5,
  // The ids that are made up here are of no usual form.
  id_structure: 8,
  id_used_by_two_principals: 2,
  inbox_rule_hide_or_forward: 1,
  new_grant_app_only_mail: 5,
  replayed_token_network: 2,
  session_known_token_missing: 1,
  session_two_places: 1,
  token_other_network: 1,
  token_two_places: 1,
}

for (const backend of backends) {
  describe(`hunts in ${backend.name}`, { skip: backend.skip }, () => {
    it('find the same', async () => {
      const started = await backend.start()
      try {
        const opened = await openCase(started.location)
        try {
          await fill(opened.session, WORLD)
          const results = await runHunts(opened.session)
          assert.deepEqual(Object.fromEntries(results.map(({ id, hits }) => [id, hits])), HITS)
        } finally {
          await opened.close()
        }
      } finally {
        await started.stop()
      }
    })
  })
}
