/** Networks of people: what a hunt needs to know before it can call a network unusual. */

import type { Session } from '../engine/session.ts'
import { APP } from '../store/sql.ts'

/** Text of the /24 or /48 around an address; `::` or a private block when it is no public address. */
const PREFIX = 'cutIPv6(toIPv6OrZero(ip), 10, 1)'

const PRIVATE = [
  '^::',
  '::ffff:(0|10|127)[.]',
  '::ffff:169[.]254[.]',
  '::ffff:172[.](1[6-9]|2[0-9]|3[01])[.]',
  '::ffff:192[.]168[.]',
  '::ffff:100[.](6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])[.]',
  'f[cd][0-9a-f]{2}:',
  'fe[89ab][0-9a-f]:',
]
/** `^::` alone is the unspecified address; with `ffff:` behind it, any IPv4 address. */
const IS_PUBLIC = `(match(prefix, '^::ffff:') OR NOT match(prefix, '${PRIVATE[0]}'))
  AND NOT match(prefix, '^(${PRIVATE.slice(1).join('|')})')`

const SPILLED = `SETTINGS max_bytes_before_external_group_by = 400000000,
  max_bytes_before_external_sort = 400000000`

const BLOCK = `if(startsWith(prefix, '::ffff:'), concat(substring(prefix, 8), '/24'), concat(prefix, '/48'))`

const FILL_BLOCKS = `
  INSERT INTO address_block
  SELECT prefix, if(max(number) = '', ${BLOCK}, concat('AS', max(number))) AS network
  FROM (
    SELECT ${PREFIX} AS prefix, max(replaceRegexpOne(network, '^(?:AS)?0*([0-9]*).*$', '\\\\1')) AS number
    FROM issuance GROUP BY prefix
    UNION ALL
    SELECT ${PREFIX} AS prefix, '' AS number FROM access GROUP BY prefix
  )
  WHERE ${IS_PUBLIC}
  GROUP BY prefix
  ${SPILLED}`

const fillPlace = (side: string, app: string, table: string, where: string) => `
  INSERT INTO place
  SELECT side, tenant, principal, app, prefix, b.network AS network, first, last, records, low_session, high_session
  FROM (
    SELECT
      ${side} AS side, tenant, principal, ${app} AS app, ${PREFIX} AS prefix,
      min(at) AS first, max(at) AS last, count() AS records,
      min(session_id_key) AS low_session, max(session_id_key) AS high_session
    FROM ${table}
    WHERE ${where} AND ip != ''
    GROUP BY side, tenant, principal, app, prefix
  ) AS p
  INNER JOIN address_block AS b ON b.prefix = p.prefix
  ${SPILLED}`

const FILL_ISSUED = fillPlace(
  "if(category IN ('interactive', 'interactive-or-not', 'sts-logon', 'adfs'), 'signed-in', 'issued')",
  'app_id',
  'issuance',
  "outcome = 'issued' AND category != 'owa-auth'",
)
const FILL_USED = fillPlace("'used'", APP, 'access', "outcome != 'failed'")

export async function fillNetworks(session: Session): Promise<void> {
  await session.command('TRUNCATE TABLE address_block')
  await session.command('TRUNCATE TABLE place')
  await session.command(FILL_BLOCKS)
  await session.command(FILL_ISSUED)
  await session.command(FILL_USED)
}
