import { bind, guid, undetermined } from '../world.ts'
import {
  ANN,
  accounts,
  BOB,
  counted,
  entry,
  messages,
  NO_ITEMS,
  runScopeCases,
  type ScopeCase,
  sync,
  T1,
  theirs,
} from './scope_world.ts'

/** From an address of the attacker, without a token to look up. */
const open = bind(BOB, 2, ['<1@x>', '<2@x>'], { ip: '192.0.2.1' })

/** A list of messages through Graph, and a record that names what it gave out, or what the owner was given. */
const listed = bind(ANN, 1, [], {
  ...T1,
  source: 'graph-activity',
  service: 'MicrosoftGraph',
  operation: 'GET users/messages',
  object_path: 'https://graph.example.com/v1.0/me/messages?$top=50',
  access_type: '',
})

const bounding: readonly ScopeCase[] = [
  {
    name: 'an ambiguous access, in the upper bound of its account and its group',
    world: theirs([bind(ANN, 1, ['<1@x>'], T1)], {
      access: [open],
      verdicts: new Map(undetermined(open)),
      directory: [entry(ANN, 'Org', ['East']), entry(BOB, 'Org', ['West'])],
    }),
    gives: (found) => [
      ...messages(found),
      found.mailboxes,
      found.ambiguous,
      accounts(found),
      found.groups.map((one) => [one.name, one.mailboxes, one.messages.upper]),
    ],
    is: [
      1,
      2,
      1,
      { accesses: 1, mailboxes: 1, organisations: 0 },
      [`${ANN} 1 1`, `${BOB} 0 2`],
      [
        ['East', 1, 1],
        ['West', 0, 2],
      ],
    ],
  },
  {
    name: 'a synchronised folder that nobody counted as unbounded, by name',
    world: theirs([
      bind(ANN, 1, ['<1@x>'], T1),
      sync(ANN, 2, 'F1', '\\Inbox'),
      sync(ANN, 3, 'F1', 'Not Available'),
    ]),
    gives: (found) => [...messages(found), found.synced_folders, found.unbounded],
    is: [
      1,
      null,
      [{ mailbox: ANN, folder: 'F1', path: '\\Inbox', items: null, ambiguous: false }],
      [{ mailbox: ANN, because: 'synced-folders' }],
    ],
  },
  {
    name: 'a counted folder by its count',
    world: theirs([bind(ANN, 1, ['<1@x>'], T1), sync(ANN, 2, 'F1')], {
      inventory: [counted(ANN, 'F1', '/Inbox', 7)],
    }),
    gives: messages,
    is: [1, 8],
  },
  {
    name: 'a counted folder by its path in the other spelling',
    world: theirs([sync(ANN, 2, 'F1', '\\Inbox\\Sub')], {
      inventory: [counted('ANN@example.org', 'other', '/Inbox/Sub', 5)],
    }),
    gives: messages,
    is: [0, 5],
  },
  {
    name: 'one uncounted folder among counted ones as unbounded',
    world: theirs([sync(ANN, 2, 'F1'), sync(ANN, 3, 'F2')], {
      inventory: [counted(ANN, 'F1', '/Inbox', 7)],
    }),
    gives: messages,
    is: [0, null],
  },
  {
    name: 'a synchronisation of no folder in particular as unbounded',
    world: theirs([bind(ANN, 1, [], { ...T1, ...NO_ITEMS, access_type: 'Sync' })]),
    gives: (found) => [...messages(found), found.synced_folders.length],
    is: [0, null, 1],
  },
  {
    name: 'the day after a throttled record as unbounded',
    world: theirs([bind(ANN, 1, ['<1@x>'], { ...T1, throttled: 1 })]),
    gives: (found) => [...messages(found), found.throttled_windows],
    is: [
      1,
      null,
      [{ mailbox: ANN, from: '2023-06-01T01:00:00.000Z', to: '2023-06-02T01:00:00.000Z' }],
    ],
  },
  {
    name: 'two throttled records within a day as one time',
    world: theirs([bind(ANN, 1, ['<1@x>'], { ...T1, throttled: 1 })], {
      access: [bind(ANN, 20, ['<2@x>'], { throttled: 1, token_id: guid(5) })],
    }),
    gives: (found) => found.throttled_windows.map((one) => one.to),
    is: ['2023-06-02T20:00:00.000Z'],
  },
  {
    name: 'the day after a throttled record by the whole mailbox where that is counted',
    world: theirs([bind(ANN, 1, ['<1@x>'], { ...T1, throttled: 1 })], {
      inventory: [counted(ANN, 'a', '/A', 10), counted(ANN, 'b', '/B', 20)],
    }),
    gives: messages,
    is: [1, 31],
  },
  {
    name: 'a record that is not throttled, and one that does not say, as they are',
    world: theirs([
      bind(ANN, 1, ['<1@x>'], { ...T1, throttled: 0 }),
      bind(ANN, 2, ['<2@x>'], { ...T1, throttled: -1 }),
    ]),
    gives: messages,
    is: [2, 2],
  },
  {
    name: 'a throttled record of long before as past',
    world: theirs([bind(ANN, 1, ['<1@x>'], T1)], {
      access: [bind(ANN, -100, ['<2@x>'], { throttled: 1, token_id: guid(5) })],
    }),
    gives: messages,
    is: [1, 1],
  },
  {
    name: 'a mailbox without any record of reading as unbounded',
    world: theirs([bind(ANN, 1, ['<1@x>'], { ...T1, operation: 'Send', access_type: '' })]),
    gives: (found) => [...messages(found), found.unbounded],
    is: [1, null, [{ mailbox: ANN, because: 'no-mailbox-auditing' }]],
  },
  {
    name: 'a record of reading that names nothing as unbounded',
    world: theirs([bind(ANN, 1, [], { ...T1, ...NO_ITEMS })]),
    gives: (found) => [...messages(found), found.unbounded[0]?.because],
    is: [0, null, 'reads-without-items'],
  },
  {
    name: 'a record of reading that names fewer items than it counts as unbounded',
    world: theirs([bind(ANN, 1, ['<1@x>'], { ...T1, detail: '{"operationCount":"8"}' })]),
    gives: (found) => [...messages(found), found.unbounded[0]?.because],
    is: [1, null, 'reads-without-items'],
  },
  {
    name: 'a record of reading that counts fewer items than it names by those',
    world: theirs([bind(ANN, 1, ['<1@x>', '<2@x>'], { ...T1, detail: '{"operationCount":"1"}' })]),
    gives: (found) => [...messages(found), found.unbounded],
    is: [2, 2, []],
  },
  {
    name: 'a list through Graph by the record that names what it gave out',
    world: theirs([listed, bind(ANN, 1.1, ['<1@x>'], T1)]),
    gives: messages,
    is: [1, 1],
  },
  {
    name: 'a list through Graph as unbounded where only the owner reads at that time',
    world: theirs([listed], { access: [bind(ANN, 1.1, ['<1@x>'], { token_id: guid(5) })] }),
    gives: (found) => [...messages(found), found.unbounded],
    is: [0, null, [{ mailbox: ANN, because: 'graph-lists' }]],
  },
  {
    name: 'a plain log of another system as it is',
    world: theirs([
      bind(ANN, 1, ['<1@x>'], {
        ...T1,
        source: 'mintmark',
        service: 'mail',
        operation: 'READ',
        access_type: '',
      }),
    ]),
    gives: messages,
    is: [1, 1],
  },
]

runScopeCases({ 'scope bounds': bounding })
