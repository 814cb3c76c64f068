/**
 * Ambiguous accesses: not in the selection, and not the owner's alone. The rule may include an access of the owner,
 * which widens the upper bound, and must not miss one of the attacker. `docs/scope.md` has the same letters.
 */
import { countOf, firstRow, type Texts } from '../engine/rows.ts'
import { BOUNDED, type Session } from '../engine/session.ts'
import { HAS_TOKEN, IS_CUT, SPAN } from '../store/sql.ts'
import { LEADS } from './pointed_counts.ts'
import { SELECTED_COLUMNS, type Selected, selectAccounts, selectBase } from './selected.ts'
import { ACTIVE_MARGIN_HOURS, type Condition, isDefault } from './selection.ts'

/** Ids that a statement holds in memory, 60 bytes each. */
const MOST_OPEN = 1_000_000

interface Tables extends Texts<'marks owners candidates'> {
  readonly condition: Condition
  readonly selected: Selected
}

/** Adds the rows of party `ambiguous` to a selection that has those of the attacker. */
export async function addAmbiguous(
  session: Session,
  selected: Selected,
  condition: Condition,
): Promise<void> {
  await addLeads(session, selected, condition)
  if ((await countOf(session, selected.table)) === 0) return
  const { scratch } = selected
  const tables: Tables = {
    condition,
    selected,
    marks: await scratch.table('marks', 'kind LowCardinality(String), value String'),
    owners: await scratch.table('owners', 'who String, ip String'),
    candidates: await scratch.table('candidates', SELECTED_COLUMNS, '(account, at)'),
  }
  await fillMarks(session, tables)
  // Leads alone show neither when somebody was active nor from where: then any time counts, and no address clears.
  const isKnown = (await countOf(session, withTables('{attacker}', tables))) > 0
  await addCandidates(session, tables, {
    candidate: await sharedMarks(session, tables),
    account: '1',
    rule: SHARED,
  })
  const openRecords = await countOf(session, withTables(`(${OPEN_BEYOND})`, tables))
  if (openRecords === 0) return
  const isActive = isKnown ? await inActiveTime(session, selected) : '1'
  const hasCut = (await countOf(session, `(${CUT_FILES})`)) > 0
  // As a condition on the record's id it leaves most accesses unread: only a join gives the verdict itself.
  const open = `${OPEN_VERDICT} AND ${openRecords > MOST_OPEN ? '1' : `record_id GLOBAL IN (${OPEN_BEYOND})`}`
  const could = [COULD_BE_ACCESSED, WITHOUT_LOG, ...(hasCut ? [CUT_IN_TENANT] : [])].join(' OR ')
  await addCandidates(session, tables, {
    candidate: `${open} AND ${isActive} AND (${could})`,
    account: `account != '' AND (${IN_ACCESSED_MAILBOX} OR ${WITHOUT_LOG} OR ${CUT_ACCOUNT})`,
    rule: isKnown ? UNCLEAR : '1',
  })
  // Of a mailbox that only this brought in, what else is open counts too; and in each, whenever it was, what no log could
  // show: nobody knows that the attacker came no earlier. Else an upper bound would leave it out.
  await addCandidates(session, tables, {
    candidate: `${open} AND (${isActive} OR ${WITHOUT_LOG}) AND ${COULD_BE_ACCESSED}`,
    account: IN_ACCESSED_MAILBOX,
    rule: isKnown ? UNCLEAR : '1',
  })
}

/** The active time of the documentation, as a condition: what it adds to the selection does not lengthen it. */
async function inActiveTime(session: Session, selected: Selected): Promise<string> {
  const row = await firstRow(session, `SELECT ${SPAN} FROM ${selected.table}`)
  const margin = ACTIVE_MARGIN_HOURS * 3_600_000
  const [first, last] = [Number(row['first_ms']) - margin, Number(row['last_ms']) + margin]
  return `(at >= fromUnixTimestamp64Milli(${first}) AND at <= fromUnixTimestamp64Milli(${last}))`
}

const CUT_FILES = "SELECT evidence_id FROM statement WHERE code = 'audit-data-truncated'"
const IN_THEIR_TENANT = 'tenant GLOBAL IN (SELECT DISTINCT tenant FROM {selected})'
/** A record that was cut short could be of a mailbox that nothing else points at: e of the documentation. */
const CUT_IN_TENANT = `evidence_id GLOBAL IN (${CUT_FILES}) AND ${IS_CUT} AND ${IN_THEIR_TENANT}`
const CUT_ACCOUNT = `unnamed = 'cut' AND ${IN_THEIR_TENANT}`

/** A selection with values contains its leads already. */
async function addLeads(
  session: Session,
  selected: Selected,
  { frame, legitimate, params }: Condition,
): Promise<void> {
  if (!isDefault(selected.selection)) return
  if ((await countOf(session, `(${LEADS})`)) === 0) return
  const base = selectBase(`record_id GLOBAL IN (SELECT record_id FROM (${LEADS}))
    AND outcome != 'failed' AND (record_id, content) GLOBAL IN (${LEADS}) AND (${frame}) AND NOT (${legitimate})
    AND record_id GLOBAL NOT IN (SELECT record_id FROM ${selected.table})`)
  const rows = selectAccounts(base, selected.names, 'ambiguous', `is_mail AND ${EXPOSES}`)
  await session.command(`INSERT INTO ${selected.table} ${rows} ${BOUNDED}`, params)
}

const OPEN_VERDICT = "verdict != 'issued'"
const OPEN_BEYOND = `SELECT record_id FROM verdict
  WHERE ${OPEN_VERDICT} AND record_id GLOBAL NOT IN (SELECT record_id FROM {selected})`
/** An access that gave out, changed or moved mail, or could have. */
const EXPOSES = "(named != '' OR unnamed != '' OR notEmpty(folder_id))"

const inMarks = (kind: string, value: string) =>
  `${value} GLOBAL IN (SELECT value FROM {marks} WHERE kind = '${kind}')`
/** Application and client, exactly: a forger chooses his client's name, and could meet a hash. */
const CONTEXT =
  "concat(toString(length(app_id)), ' ', toString(length(client_app_id)), ' ', app_id, client_app_id, client)"
const HAS_CONTEXT = "(app_id != '' OR client_app_id != '' OR client != '')"

const BY_TOKEN = `(${HAS_TOKEN} AND token_id GLOBAL IN (SELECT toUUID(value) FROM {marks} WHERE kind = 'token'))`
const BY_SESSION = `(session_id != '' AND ${inMarks('session', 'session_id')}
  OR other_session_id != '' AND ${inMarks('session', 'other_session_id')})`
const BY_ADDRESS = `(ip != '' AND ${inMarks('ip', 'ip')})`
const BY_CONTEXT = `(${HAS_CONTEXT} AND ${inMarks('own-context', CONTEXT)})`

/** An issued token or session of the attacker: then being issued does not make an access the owner's. */
const USED_OPENLY = `(verdict = 'issued' AND (
  ${HAS_TOKEN} AND token_id GLOBAL IN (SELECT toUUID(value) FROM {marks} WHERE kind = 'open-token')
  OR session_id != '' AND ${inMarks('open-session', 'session_id')}))`

/**
 * An address from which the identity provider saw this principal, and not the attacker. Whoever signs tokens chooses
 * session and client, but not the owner's network.
 */
const IS_OWN_ADDRESS = `(ip != '' AND (
  (principal, ip) GLOBAL IN (SELECT who, ip FROM {owners})
  OR (principal_id, ip) GLOBAL IN (SELECT who, ip FROM {owners})
  OR principal = '' AND principal_id = '' AND (account, ip) GLOBAL IN (SELECT who, ip FROM {owners})))`
/** Nor one that a lead used: it may be the attacker's, who then works where the owner does. */
const OWNERS_ALONE = `(${IS_OWN_ADDRESS} AND NOT ${BY_ADDRESS} AND NOT ${inMarks('lead-ip', 'ip')})`
const IN_THEIR_MAILBOX =
  "account GLOBAL IN (SELECT account FROM {selected} WHERE party = 'attacker' AND is_mail)"

const signedInFrom = (who: string) => `SELECT ip, ${who} FROM issuance
  WHERE outcome = 'issued' AND category != 'owa-auth' AND ${inMarks('ip', 'ip')} AND ${who} != ''`
/** An id that its principal's own token has, from where they were and he never signed in: a column slipped, or he lost it. */
const ISSUED_ELSEWHERE = `(${BY_ADDRESS} AND verdict = 'issued'
  AND (ip, principal) GLOBAL NOT IN (${signedInFrom('principal')})
  AND (ip, principal_id) GLOBAL NOT IN (${signedInFrom('principal_id')}))`

const SHARED = `(
  (${BY_TOKEN} OR ${BY_SESSION}) AND (${OPEN_VERDICT} OR ${USED_OPENLY}) AND NOT ${OWNERS_ALONE}
  OR ${ISSUED_ELSEWHERE}
  OR ${BY_ADDRESS} AND ${OPEN_VERDICT} AND (${IN_THEIR_MAILBOX} OR NOT ${IS_OWN_ADDRESS})
  OR ${BY_CONTEXT} AND ${OPEN_VERDICT} AND NOT ${OWNERS_ALONE})`

/** A token without a user is not the tokens that they used, unless they used that application so. */
const COULD_BE_A_USER = `(actor_kind NOT IN ('app', 'system')
  OR ${inMarks('app-only', 'app_id')} OR ${inMarks('app-only', 'client_app_id')})`
const UNCLEAR = `(${COULD_BE_A_USER} AND NOT ${OWNERS_ALONE})`
const IN_ACCESSED_MAILBOX = 'account GLOBAL IN (SELECT account FROM {selected} WHERE is_mail)'
/** The same of a record before its account is known, so that little is read. */
const COULD_BE_ACCESSED = `(mailbox GLOBAL IN (SELECT account FROM {selected} WHERE is_mail)
  OR if(mailbox_id != '', mailbox_id, mailbox) GLOBAL IN (
    SELECT account FROM {selected} WHERE is_mail
    UNION ALL
    SELECT id FROM {names} WHERE name IN (SELECT account FROM {selected} WHERE is_mail)))`

/** Where the log that would have shown a token is not whole, other mailboxes of the tenant count too: rule f. */
const WITHOUT_LOG = `reason IN ('category-not-supplied', 'portal-grouped', 'export-capped', 'issuance-hour-empty',
  'field-not-carried', 'class-not-shown', 'log-incomplete', 'log-does-not-fit', 'too-few-explained')
  AND ${IN_THEIR_TENANT}`

type Step = Texts<'candidate account rule'>

/** An access that shares a mark with the attacker's; kinds of marks that these lack are not looked for. */
async function sharedMarks(session: Session, tables: Tables): Promise<string> {
  const rows = await session.rows(
    withTables('SELECT DISTINCT toString(kind) AS kind FROM {marks}', tables),
  )
  const kinds = new Set(rows.map((row) => row['kind']))
  const shares = [
    ...(kinds.has('token') ? [BY_TOKEN] : []),
    ...(kinds.has('session') ? [BY_SESSION] : []),
    ...(kinds.has('ip') ? [BY_ADDRESS] : []),
    ...(kinds.has('own-context') ? [BY_CONTEXT] : []),
  ].join(' OR ')
  const isOpen = kinds.has('open-token') || kinds.has('open-session')
  const verdicts = [
    OPEN_VERDICT,
    ...(isOpen ? [USED_OPENLY] : []),
    ...(kinds.has('ip') ? [BY_ADDRESS] : []),
  ]
  return shares === '' ? '0' : `(${verdicts.join(' OR ')}) AND (${shares})`
}

/** Candidates by what the log says, then those of them that the owner's own sign-ins do not explain. */
async function addCandidates(session: Session, tables: Tables, { candidate, account, rule }: Step) {
  const { selected, condition } = tables
  const run = (sql: string) => session.command(withTables(sql, tables), condition.params)
  await run('TRUNCATE TABLE {candidates}')
  await run('TRUNCATE TABLE {owners}')
  const base = selectBase(`outcome != 'failed' AND (${candidate}) AND (${condition.frame})
    AND NOT (${condition.legitimate})
    AND record_id GLOBAL NOT IN (SELECT record_id FROM {selected})`)
  await run(
    `INSERT INTO {candidates} ${selectAccounts(base, selected.names, 'ambiguous', `is_mail AND ${EXPOSES} AND ${account}`)} ${BOUNDED}`,
  )
  if ((await countOf(session, tables.candidates)) === 0) return
  // The same record from an export that gives more of it, and there it is issued: no longer open.
  const twins = `SELECT record_id FROM judged
    WHERE verdict = 'issued' AND record_id GLOBAL IN (SELECT record_id FROM {candidates} WHERE ${OPEN_VERDICT})`
  await run(`INSERT INTO {owners} ${OWNERS} ${BOUNDED}`)
  await run(
    `INSERT INTO {selected} SELECT * FROM {candidates}
     WHERE ${rule} AND record_id GLOBAL NOT IN (${twins}) ${BOUNDED}`,
  )
}

const WHO = `SELECT who FROM (
  SELECT DISTINCT arrayJoin([principal, principal_id, account]) AS who FROM {candidates}) WHERE who != ''`
/** Not one of the attacker's: an attacker who signs in leaves sign-ins too. */
const NOT_ATTACKERS = `NOT ${BY_TOKEN}
  AND NOT (session_id != '' AND ${inMarks('session', 'session_id')})`
const WHOSE = `arrayJoin(arrayFilter(who -> who != '', [principal, principal_id])) AS who`

/** Addresses of a principal's sign-ins and issued accesses; the mail service's token call renewed forged tokens too. */
const OWNERS = `
  SELECT DISTINCT who, ip FROM (
    SELECT ${WHOSE}, ip FROM issuance
    WHERE outcome = 'issued' AND category != 'owa-auth' AND ip != '' AND ${NOT_ATTACKERS}
      AND (principal GLOBAL IN (${WHO}) OR principal_id GLOBAL IN (${WHO}))
    UNION ALL
    SELECT ${WHOSE}, ip FROM judged
    WHERE verdict = 'issued' AND ip != '' AND ${NOT_ATTACKERS}
      AND record_id GLOBAL NOT IN (SELECT record_id FROM {selected} WHERE party = 'attacker')
      AND (principal GLOBAL IN (${WHO}) OR principal_id GLOBAL IN (${WHO}))
  )`

const MARKS: readonly string[] = [
  `SELECT DISTINCT 'ip', ip FROM {attacker} WHERE ip != ''`,
  `SELECT DISTINCT 'token', toString(token_id) FROM {attacker} WHERE ${HAS_TOKEN}`,
  `SELECT DISTINCT 'session', arrayJoin([session_id, other_session_id]) AS value FROM {attacker} WHERE value != ''`,
  `SELECT DISTINCT 'open-token', toString(token_id) FROM {attacker}
   WHERE ${HAS_TOKEN} AND verdict NOT IN ('unissued', 'mismatched')`,
  `SELECT DISTINCT 'open-session', session_id FROM {attacker}
   WHERE session_id != '' AND verdict NOT IN ('unissued', 'mismatched')`,
  `SELECT DISTINCT 'app-only', arrayJoin([toString(app_id), toString(client_app_id)]) AS value
   FROM {attacker} WHERE actor_kind = 'app' AND value != ''`,
  // Only where issued accesses show what clients the owners have.
  `SELECT DISTINCT 'own-context', ${CONTEXT} AS context FROM {attacker}
   WHERE ${HAS_CONTEXT} AND (SELECT count() FROM judged WHERE verdict = 'issued') > 0
     AND context GLOBAL NOT IN (
       SELECT ${CONTEXT} FROM (
         SELECT DISTINCT app_id, client_app_id, client FROM judged
         WHERE verdict = 'issued' AND record_id GLOBAL NOT IN (SELECT record_id FROM {selected})
           AND client GLOBAL IN (SELECT client FROM {selected})))`,
]

const FORGED_LEAD = "strength = 'lead' AND verdict IN ('unissued', 'mismatched')"
/** Of every such lead: one that accessed no mail is not in the selection, and shows the address as well. */
const leadAddresses = (legitimate: string) => `
  SELECT DISTINCT 'lead-ip', ip FROM judged
  WHERE record_id GLOBAL IN (SELECT record_id FROM verdict WHERE ${FORGED_LEAD})
    AND ${FORGED_LEAD} AND outcome != 'failed' AND ip != '' AND NOT (${legitimate})`

async function fillMarks(session: Session, tables: Tables): Promise<void> {
  const { legitimate, params } = tables.condition
  for (const sql of [...MARKS, leadAddresses(legitimate)]) {
    await session.command(withTables(`INSERT INTO {marks} ${sql} ${BOUNDED}`, tables), params)
  }
}

/** Scratch names for a statement; they have only letters and hex digits. */
function withTables(sql: string, tables: Tables): string {
  return sql
    .replaceAll('{marks}', tables.marks)
    .replaceAll('{owners}', tables.owners)
    .replaceAll('{candidates}', tables.candidates)
    .replaceAll('{names}', tables.selected.names)
    .replaceAll('{attacker}', `(SELECT * FROM ${tables.selected.table} WHERE party = 'attacker')`)
    .replaceAll('{selected}', tables.selected.table)
}
