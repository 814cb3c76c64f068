/** The Department of State is in the public record; all else is invented. */

type AuditShape =
  | 'ndjson'
  | 'ndjson-gz'
  | 'ndjson-zip'
  | 'ndjson-utf16'
  | 'api'
  | 'purview'
  | 'cmdlet-csv'
  | 'cmdlet-json'
  | 'splunk'
  | 'graph-query'
  | 'office-activity'
  | 'cloud-app-events'
  | 'elastic'

type SignInShape = 'diagnostic' | 'records' | 'log-analytics' | 'graph' | 'portal'

export type Habit =
  | 'address-with-port'
  | 'anonymised-id'
  | 'app-migration'
  | 'ascii-token-id'
  | 'attachment-access'
  | 'authentication-time'
  | 'backup-authentication'
  | 'before-window'
  | 'cae-27h'
  | 'device-code'
  | 'dual-stack'
  | 'duplicate-rows'
  | 'extractor-gap'
  | 'field-drift'
  | 'first-party-app-only'
  | 'float-size'
  | 'guest'
  | 'guid-token-id'
  | 'id-conflict'
  | 'ids-lost'
  | 'keycloak'
  | 'late-arrival'
  | 'late-rows'
  | 'new-grant'
  | 'next-link'
  | 'no-mailbox-audit'
  | 'no-non-interactive'
  | 'no-token-id'
  | 'other-tenant'
  | 'padded-token-id'
  | 'portal-grouped'
  | 'row-cap'
  | 'same-file-twice'
  | 'sts-logons'
  | 'sync'
  | 'throttled'
  | 'throttled-absent'
  | 'truncated'
  | 'upn-case'

export interface Theft {
  readonly messages: number
  readonly group: string
  /** Days after 15 May on which it began and ended at the latest. */
  readonly fromDay: number
  readonly toDay: number
  /** `sync`: two folders synchronised as well. `throttled`: the log fell silent for a day. `unlabelled`: some records lost their ids. */
  readonly also: '' | 'sync' | 'throttled' | 'unlabelled' | 'malformed'
}

export interface OrganisationPlan {
  readonly name: string
  readonly domain: string
  readonly zone: number
  readonly people: number
  readonly audit: AuditShape
  readonly signIns: SignInShape
  readonly graph: '' | 'table' | 'raw'
  readonly owaAuth: boolean
  readonly directory: 'csv' | 'graph'
  readonly groups: readonly string[]
  readonly habits: readonly Habit[]
  readonly thefts: readonly Theft[]
}

export const STATE = 'Department of State'
export const EAST_ASIA = 'East Asia and Pacific'
export const EUROPE = 'Europe'
const GROUPS: readonly string[] = ['Executive', 'Policy', 'Finance', 'Operations', 'Technology']
const LAST_DAY = 42

const theft = (
  messages: number,
  fromDay: number,
  also: Theft['also'] = '',
  group = 'Policy',
): Theft => ({ messages, group, fromDay, toDay: LAST_DAY, also })

/** Nine accounts of one group and one of another, 60,000 messages together, no message in two of them. */
const STATE_THEFTS: readonly Theft[] = [
  theft(7600, 0, '', EAST_ASIA),
  theft(7100, 0, '', EAST_ASIA),
  theft(6800, 0, '', EAST_ASIA),
  theft(6500, 3, '', EAST_ASIA),
  theft(6100, 4, '', EAST_ASIA),
  theft(5900, 7, '', EAST_ASIA),
  theft(5600, 7, '', EAST_ASIA),
  theft(5200, 8, '', EAST_ASIA),
  theft(4900, 9, '', EAST_ASIA),
  theft(4300, 8, '', EUROPE),
]

const plan = (
  name: string,
  domain: string,
  zone: number,
  audit: AuditShape,
  signIns: SignInShape,
  more: Partial<OrganisationPlan>,
): OrganisationPlan => ({
  name,
  domain,
  zone,
  people: 22,
  audit,
  signIns,
  graph: '',
  owaAuth: true,
  directory: 'csv',
  groups: GROUPS,
  habits: [],
  thefts: [theft(120, 3)],
  ...more,
})

/** The 25 organisations whose mail was read. The first is the Department of State. */
export const ORGANISATIONS: readonly OrganisationPlan[] = [
  plan(STATE, 'state.example.gov', -4, 'ndjson', 'diagnostic', {
    people: 110,
    groups: [EAST_ASIA, EUROPE, 'Consular Affairs', 'Near East', 'Management', 'Public Affairs'],
    habits: [
      'address-with-port',
      'upn-case',
      'guid-token-id',
      'cae-27h',
      'late-rows',
      'sts-logons',
    ],
    thefts: STATE_THEFTS,
  }),
  plan('Department of Trade', 'trade.example.gov', -4, 'purview', 'log-analytics', {
    habits: ['same-file-twice', 'upn-case'],
    thefts: [theft(900, 2), theft(640, 4)],
  }),
  plan('Legislative Office', 'legislature.example.gov', -4, 'cmdlet-csv', 'graph', {
    habits: ['address-with-port', 'sts-logons'],
    thefts: [theft(310, 3)],
  }),
  plan('Embassy Service', 'embassies.example.gov', 8, 'ndjson-utf16', 'diagnostic', {
    directory: 'graph',
    habits: ['late-rows'],
    thefts: [theft(420, 5), theft(150, 6)],
  }),
  plan('Pacific Policy Institute', 'pacific-policy.example.org', -4, 'splunk', 'portal', {
    owaAuth: false,
    habits: ['portal-grouped', 'truncated'],
    thefts: [theft(210, 4)],
  }),
  plan('Council on Asian Affairs', 'asian-affairs.example.org', -4, 'api', 'records', {
    habits: ['duplicate-rows', 'late-rows', 'id-conflict'],
    thefts: [theft(260, 7)],
  }),
  plan('Human Rights Forum', 'rights-forum.example.org', 2, 'ndjson-zip', 'diagnostic', {
    habits: ['guest', 'other-tenant'],
    thefts: [theft(340, 8), theft(90, 9)],
  }),
  plan('European Foreign Office', 'foreign-office.example.org', 2, 'graph-query', 'graph', {
    habits: ['padded-token-id', 'float-size'],
    thefts: [theft(280, 9)],
  }),
  plan(
    'Ministry of External Relations',
    'external.example.org',
    1,
    'office-activity',
    'log-analytics',
    {
      habits: ['ids-lost'],
      thefts: [theft(240, 10)],
    },
  ),
  plan('Trade Commission', 'trade-commission.example.org', 2, 'cloud-app-events', 'diagnostic', {
    habits: ['throttled-absent'],
    thefts: [theft(170, 11)],
  }),
  plan('Carrier Group', 'carrier.example.com', 2, 'elastic', 'diagnostic', {
    habits: ['float-size'],
    thefts: [theft(130, 12)],
  }),
  plan(
    'Centre for Regional Studies',
    'regional-studies.example.org',
    -5,
    'graph-query',
    'diagnostic',
    {
      owaAuth: false,
      habits: ['no-non-interactive', 'next-link'],
      thefts: [theft(160, 10)],
    },
  ),
  plan('Parliament Office', 'parliament.example.org', 1, 'ndjson', 'diagnostic', {
    graph: 'table',
    owaAuth: false,
    habits: ['no-mailbox-audit'],
    thefts: [theft(110, 14)],
  }),
  plan('Aerospace Supplier', 'aerospace.example.com', -7, 'api', 'diagnostic', {
    habits: ['field-drift', 'duplicate-rows'],
    thefts: [theft(180, 8)],
  }),
  plan('Harbour Law', 'harbour-law.example.com', -4, 'cmdlet-csv', 'diagnostic', {
    habits: ['throttled'],
    thefts: [theft(1800, 15, 'throttled')],
  }),
  plan('Gazette Media', 'gazette.example.com', 1, 'purview', 'diagnostic', {
    habits: ['sync'],
    thefts: [theft(200, 16, 'sync'), theft(80, 17)],
  }),
  plan('Defence Consultancy', 'defence-consult.example.com', -4, 'ndjson', 'diagnostic', {
    graph: 'raw',
    habits: ['first-party-app-only', 'dual-stack'],
    thefts: [theft(150, 17)],
  }),
  plan('Development Agency', 'development.example.org', 2, 'cmdlet-json', 'diagnostic', {
    habits: ['extractor-gap', 'no-token-id'],
    thefts: [theft(140, 18)],
  }),
  plan('Bridge Charity', 'bridge.example.org', -5, 'cmdlet-csv', 'diagnostic', {
    people: 42,
    owaAuth: false,
    habits: ['row-cap'],
    thefts: [theft(70, 19)],
  }),
  plan('Lantern Software', 'lantern.example.com', -7, 'ndjson-gz', 'diagnostic', {
    habits: ['app-migration', 'authentication-time'],
    thefts: [theft(120, 20)],
  }),
  plan('Northway Logistics', 'northway.example.com', 1, 'purview', 'graph', {
    habits: ['device-code', 'anonymised-id'],
    thefts: [theft(100, 21)],
  }),
  plan('Tidewater Energy', 'tidewater.example.com', 2, 'ndjson', 'diagnostic', {
    habits: ['new-grant', 'ascii-token-id'],
    thefts: [theft(90, 22)],
  }),
  plan('Open Systems Foundation', 'open-systems.example.org', 0, 'purview', 'diagnostic', {
    owaAuth: false,
    habits: ['keycloak', 'truncated'],
    thefts: [theft(60, 23, 'malformed')],
  }),
  plan('Regional Health Board', 'health.example.org', 1, 'ndjson', 'diagnostic', {
    habits: ['backup-authentication', 'before-window', 'late-arrival', 'cae-27h'],
    thefts: [theft(110, 24)],
  }),
  plan('Atlas Engineering', 'atlas.example.com', 9, 'ndjson', 'records', {
    habits: ['attachment-access', 'throttled-absent', 'no-token-id'],
    thefts: [theft(230, 25, 'unlabelled'), theft(75, 26)],
  }),
]

/** The provider itself: not one of the 25. Only its logs of 2021 are there. */
export const PROVIDER: OrganisationPlan = plan(
  'Cloud Provider',
  'provider.example.com',
  -7,
  'ndjson',
  'diagnostic',
  { people: 12, owaAuth: false, groups: ['Engineering'], thefts: [] },
)
