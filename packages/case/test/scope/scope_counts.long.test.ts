import { access, bind, guid } from '../world.ts'
import {
  ANN,
  accounts,
  BOB,
  copies,
  EVE,
  entry,
  messages,
  NAMELESS,
  NO_ITEMS,
  runScopeCases,
  type ScopeCase,
  T1,
  theirs,
} from './scope_world.ts'

/** Of mailboxes and times far from any other access. */
const DOUBTFUL = bind('far@example.net', 900, ['<7@x>'], { token_id: guid(7) })
const BY_SESSION = bind('far@example.net', 901, ['<8@x>'], { token_id: guid(8) })

const counting: readonly ScopeCase[] = [
  {
    name: 'a message in two folders and two records once',
    world: theirs([bind(ANN, 1, ['<1@x>', '<1@x>'], T1), bind(ANN, 2, ['<1@x>', '<2@x>'], T1)]),
    gives: (found) => [...messages(found), ...copies(found)],
    is: [2, 2, 2, 2],
  },
  {
    name: 'a message once, though a collector folded the letters of its id',
    world: theirs([bind(ANN, 1, ['<Ab@X>'], T1), bind(ANN, 2, ['<ab@x>'], T1)]),
    gives: (found) => [...messages(found), ...copies(found)],
    is: [1, 1, 1, 1],
  },
  {
    name: 'a message once, with and without brackets, as entities and with blanks',
    world: theirs([
      bind(ANN, 1, ['<1@x>'], T1),
      bind(ANN, 2, ['1@x'], T1),
      bind(ANN, 3, ['&lt;1@x&gt;', ' < 1@x > '], T1),
    ]),
    gives: (found) => [
      ...messages(found),
      ...copies(found),
      ...found.named_by.map((one) => one.messages),
    ],
    is: [1, 1, 1, 1, 1],
  },
  {
    name: 'a message in two mailboxes as two copies',
    world: theirs([bind(ANN, 1, ['<1@x>'], T1), bind(BOB, 2, ['<1@x>', '<2@x>'], T1)]),
    gives: (found) => [...messages(found), ...copies(found), found.mailboxes],
    is: [2, 2, 3, 3, 2],
  },
  {
    name: 'the largest size of each copy',
    world: theirs([
      bind(ANN, 1, ['<1@x>'], { ...T1, item_bytes: [70] }),
      bind(ANN, 2, ['<1@x>'], { ...T1, item_bytes: [90] }),
      bind(BOB, 2, ['<1@x>'], { ...T1, item_bytes: [5] }),
    ]),
    gives: (found) => found.bytes,
    is: 95,
  },
  {
    name: 'what was sent, and what was deleted only as possibly read',
    world: theirs([
      bind(ANN, 1, ['<1@x>'], T1),
      bind(ANN, 2, ['<2@x>'], { ...T1, operation: 'Send', access_type: '' }),
      bind(ANN, 3, ['<3@x>'], { ...T1, operation: 'HardDelete', access_type: '' }),
    ]),
    gives: (found) => [...messages(found), found.named_by.map((one) => one.operation)],
    is: [2, 3, ['MailItemsAccessed', 'Send']],
  },
  {
    name: 'nothing of what failed',
    world: theirs([
      bind(ANN, 1, ['<1@x>'], T1),
      bind(ANN, 2, ['<2@x>'], { ...T1, outcome: 'failed' }),
    ]),
    gives: messages,
    is: [1, 1],
  },
  {
    name: 'items without message id apart, by their id',
    world: theirs([
      bind(ANN, 1, ['<1@x>'], T1),
      bind(ANN, 2, ['', ''], {
        ...T1,
        ...NAMELESS,
        item_message_id: ['', ''],
        item_id: ['i1', 'i2'],
      }),
      bind(ANN, 3, [''], { ...T1, ...NAMELESS, item_id: ['i1'] }),
    ]),
    gives: (found) => [...messages(found), found.items_without_message_id, found.bytes],
    is: [1, 3, 2, 100],
  },
  {
    name: 'an item without any id as a separate message each time',
    world: theirs([bind(ANN, 1, ['', ''], { ...T1, item_id: ['', ''] })]),
    gives: (found) => [...messages(found), found.items_without_message_id],
    is: [0, 2, 2],
  },
  {
    name: 'in the upper bound the message that another record knows an item by',
    world: theirs(
      [bind(ANN, 1, ['<1@x>'], T1), bind(ANN, 2, [''], { ...T1, ...NAMELESS, item_id: ['i1'] })],
      { access: [bind(ANN, -500, ['<1@x>'], { item_id: ['i1'], token_id: guid(3) })] },
    ),
    gives: (found) => [...messages(found), found.items_without_message_id],
    is: [1, 1, 1],
  },
  {
    name: 'a Graph request for one message, and none for a chat',
    world: theirs(
      [
        bind(ANN, 1, [''], {
          ...T1,
          source: 'graph-activity',
          service: 'MicrosoftGraph',
          operation: 'GET /users/{id}/messages/{id}',
          access_type: '',
          item_id: ['i'],
          bytes: 900,
          object_path: 'https://graph.example.com/x',
        }),
        bind('', 1, [], {
          ...T1,
          ...NO_ITEMS,
          source: 'graph-activity',
          service: 'MicrosoftGraph',
          operation: 'GET /teams/{id}/channels/{id}/messages',
          access_type: '',
          bytes: 50,
          object_path: 'https://graph.example.com/x',
        }),
      ],
      { access: [bind(ANN, 100, ['<9@x>'], { token_id: guid(4) })] },
    ),
    gives: (found) => [
      ...messages(found),
      found.graph_bytes,
      found.mailboxes,
      found.other_accesses,
    ],
    is: [0, 1, 950, 1, 1],
  },
  {
    name: 'messages without a mailbox in the totals and in no account',
    world: theirs([bind('', 1, ['<1@x>'], { ...T1, principal: '' })]),
    gives: (found) => [...messages(found), found.mailboxes, found.accounts.length],
    is: [1, 1, 0, 0],
  },
  {
    name: 'one mailbox under two names and its id',
    world: theirs([
      bind('ann.old@example.org', 1, ['<1@x>'], { ...T1, mailbox_id: guid(9) }),
      bind(ANN, 2, ['<2@x>'], { ...T1, mailbox_id: guid(9) }),
      bind('', 3, ['<3@x>'], { ...T1, mailbox_id: guid(9) }),
      bind('ann.old@example.org', 4, ['<1@x>'], T1),
    ]),
    gives: accounts,
    is: [`${ANN} 3 3`],
  },
  {
    name: 'a mailbox known by its owner’s object id under his name',
    world: theirs([bind('', 1, ['<1@x>'], { ...T1, principal: '', mailbox_id: guid(8) })], {
      directory: [{ ...entry('Ann@Example.org', 'Org'), principal_id: guid(8) }],
    }),
    gives: accounts,
    is: [`${ANN} 1 1`],
  },
  {
    name: 'nothing where nothing is selected',
    world: { access: [bind(ANN, 1, ['<1@x>'], { token_id: guid(1) })] },
    gives: (found) => [...messages(found), found.mailboxes, found.accesses, found.accounts],
    is: [0, 0, 0, 0, []],
  },
  {
    name: 'accesses without a verdict, in no bound',
    world: theirs([bind(ANN, 1, ['<1@x>'], T1)], {
      access: [DOUBTFUL, BY_SESSION],
      verdicts: new Map([
        [DOUBTFUL, ['undetermined', 'class-not-shown']],
        [BY_SESSION, ['session-only', 'session-known']],
      ]),
    }),
    gives: (found) => [found.not_judged, found.mailboxes, found.accounts.length],
    is: [2, 1, 1],
  },
  {
    name: 'an unknown number for a selection that was named and has no access',
    world: {
      access: [DOUBTFUL],
      verdicts: new Map([[DOUBTFUL, ['undetermined', 'class-not-shown']]]),
    },
    selection: { mailboxes: [ANN] },
    gives: (found) => [found.not_judged, ...messages(found)],
    is: [null, 0, null],
  },
  {
    name: 'an unknown number where no access is suspicious, and one has no verdict',
    world: {
      access: [DOUBTFUL],
      verdicts: new Map([[DOUBTFUL, ['undetermined', 'class-not-shown']]]),
    },
    gives: (found) => [found.not_judged, ...messages(found), ...copies(found)],
    is: [1, 0, null, 0, null],
  },
  {
    name: 'files apart from mail',
    world: theirs([
      access(1, {
        ...T1,
        service: 'OneDrive',
        mailbox: ANN,
        object_path: '/x',
        operation: 'FileDownloaded',
      }),
    ]),
    gives: (found) => [found.mailboxes, found.accesses, found.other_accesses, ...messages(found)],
    is: [0, 1, 1, 0, 0],
  },
]

const placing: readonly ScopeCase[] = [
  {
    name: 'by the directory, whatever the case of names, and in each of its groups',
    world: theirs([bind(ANN, 1, ['<1@x>'], T1), bind(BOB, 1, ['<1@x>', '<2@x>'], T1)], {
      directory: [
        entry('ANN@Example.org', 'Org A', ['East', 'North']),
        entry(BOB, 'Org A', ['East']),
      ],
    }),
    gives: (found) => [
      found.organisations,
      found.groups.map((one) => [one.name, one.mailboxes, one.messages.lower]),
      found.accounts.map((one) => one.group),
    ],
    is: [
      1,
      [
        ['East', 2, 2],
        ['North', 1, 1],
      ],
      ['East; North', 'East'],
    ],
  },
  {
    name: 'by all directories together, in which one person stands by name, by object id, and by a former name',
    world: theirs(
      [
        bind(ANN, 2, ['<1@x>'], { ...T1, principal_id: guid(8), mailbox_id: guid(9) }),
        bind('ann.old@example.org', 1, ['<2@x>'], { ...T1, mailbox_id: guid(9) }),
      ],
      {
        directory: [
          { ...entry(ANN, 'Org A'), principal_id: guid(8) },
          entry(ANN, '', ['East']),
          { ...entry('', '', ['Task force']), principal_id: guid(8) },
          entry('Ann.Old@example.org', '', ['North']),
        ],
      },
    ),
    gives: (found) =>
      found.accounts.map((one) => `${one.mailbox} ${one.organisation} ${one.group}`),
    is: [`${ANN} Org A East; North; Task force`],
  },
  {
    name: "by its tenant's other accounts, then by domain",
    world: theirs(
      [
        bind(ANN, 1, ['<1@x>'], T1),
        bind(BOB, 1, ['<2@x>'], T1),
        bind(EVE, 1, ['<3@x>'], { ...T1, tenant: 'tenant-b' }),
        bind('kim@example.com', 1, ['<4@x>'], { ...T1, tenant: '' }),
      ],
      { directory: [entry(ANN, 'Org A')] },
    ),
    gives: (found) => [
      found.organisations,
      found.organisation_list.map((one) => [one.name, one.basis, one.messages.lower]),
    ],
    is: [
      3,
      [
        ['Org A', 'directory', 2],
        ['example.com', 'domain', 1],
        ['example.net', 'tenant', 1],
      ],
    ],
  },
  {
    name: 'by tenant where two tenants share a domain',
    world: theirs([
      bind(ANN, 1, ['<1@x>'], T1),
      bind(BOB, 1, ['<2@x>'], { ...T1, tenant: 'tenant-b' }),
    ]),
    gives: (found) => found.organisation_list.map((one) => one.name),
    is: ['example.org (tenant-a)', 'example.org (tenant-b)'],
  },
  {
    name: 'by class of what points at the accesses',
    world: (() => {
      const hunted = bind(BOB, 2, ['<2@x>'], { token_id: guid(7), ip: '203.0.113.1' })
      return theirs([bind(ANN, 1, ['<1@x>'], T1)], {
        access: [hunted],
        hits: new Map([[hunted, 'replayed']]),
      })
    })(),
    gives: (found) =>
      found.classes.map((one) => [one.name, one.mailboxes, one.organisations, one.messages]),
    is: [
      ['forged', 1, 1, 1],
      ['replayed', 1, 1, 1],
    ],
  },
]

runScopeCases({ 'scope counts': counting, 'scope places accounts': placing })
