/** `trust lint`: each example of a rule under each name that its language can import it by. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { lint, readRules } from '../../src/lint/index.ts'
import { scratch } from '../made_keys.ts'
import { exampleOf } from './lint_examples.ts'

type Styles = Readonly<Record<string, string>>

const rules = readRules()

async function found(file: string, source: string) {
  const folder = scratch('lint-imports')
  writeFileSync(path.join(folder, file), source)
  const report = await lint(folder, { rules, allow: [], nowMs: 0, isWithAll: true })
  assert.deepEqual(report.unread, [], source)
  return report.findings
}

const renamed = (body: string, from: string, to: string): string =>
  body.replaceAll(new RegExp(String.raw`(?<![\w.'"/@-])${from}(?![\w'"-]|\s*:)`, 'g'), to)

/** An import of one name, and the rest of an example. */
const SCRIPT =
  /^(?:import|const|var) (?<local>\{ \w+ \}|\w+|\* as \w+) (?:from |= require\()'(?<module>[^']+)'\)?\n(?<body>.*)$/s

function stylesOfScript(example: string): Styles {
  const { local = '', module = '', body = '' } = SCRIPT.exec(example)?.groups ?? {}
  const name = local.replace(/^\* as |[{} ]/g, '').replaceAll(/[{} ]/g, '')
  if (name === '') return {}
  const wrapped = '__importDefault(require'
  if (local.startsWith('{')) {
    const other = renamed(body, name, 'other')
    const member = renamed(body, name, `library.${name}`)
    const called = body.replaceAll(
      new RegExp(String.raw`(?<!new )\b${name}\(`, 'g'),
      `(0, m_1.${name})(`,
    )
    return {
      'a name': `import { ${name} } from '${module}'\n${body}`,
      'a name, as another': `import { ${name} as other } from '${module}'\n${other}`,
      'a module': `import * as library from '${module}'\n${member}`,
      'require of a name': `const { ${name}: other } = require('${module}')\n${other}`,
      'require of a member': `const other = require('${module}').${name}\n${other}`,
      'require of a module': `const library = require('${module}')\n${member}`,
      'import()': `const { ${name}: other } = await import('${module}')\n${other}`,
      'a name with a default': `const { ${name}: other = own } = require('${module}')\n${other}`,
      'a name of a default': `const { default: { ${name}: other } } = await import('${module}')\n${other}`,
      'the rest of a module': `const { own, ...library } = require('${module}')\n${member}`,
      'a second name': `import { ${name} } from '${module}'\nconst other = ${name}\n${other}`,
      'a member of a module': `import * as library from '${module}'\nconst { ${name}: other } = library\n${other}`,
      'a compiler': `const m_1 = require('${module}');\n${called.includes('m_1') ? called : renamed(body, name, `m_1.${name}`)}`,
    }
  }
  const other = renamed(body, name, 'other')
  const member = new RegExp(String.raw`\b${name}\.(\w+)\(`).exec(body)?.[1]
  const direct = body.replaceAll(`${name}.${member}`, 'checked')
  return {
    'a default': `import other from '${module}'\n${other}`,
    'a default, as another': `import { default as other } from '${module}'\n${other}`,
    'a module': `import * as other from '${module}'\n${other}`,
    require: `const other = require('${module}')\n${other}`,
    'import of require': `import other = require('${module}')\n${other}`,
    'a compiler': `const m_1 = ${wrapped}('${module}'))\n${renamed(body, name, 'm_1.default')}`,
    ...(member === undefined
      ? {}
      : {
          'a member': `import { ${member} as checked } from '${module}'\n${direct}`,
          'require of a member': `const { ${member}: checked } = require('${module}')\n${direct}`,
          brackets: `import other from '${module}'\n${other.replaceAll(`other.${member}`, `other['${member}']`)}`,
          'await, by a compiler': `const m_1 = require('${module}');\nasync function f() { return await (${body.replace(/^(?:const [^=]*|.*) = |;$/, '').replaceAll(`${name}.${member}(`, `(0, m_1.${member})(`)}) }`,
        }),
  }
}

const PYTHON = /^(?:from (?<from>[\w.]+) )?import (?<name>\w+)\n(?<body>.*)$/s

function stylesOfPython(example: string): Styles {
  const { from, name = '', body = '' } = PYTHON.exec(example)?.groups ?? {}
  if (name === '') return {}
  const start = from === undefined ? '' : `from ${from} `
  const whole = from === undefined ? name : `${from}.${name}`
  const member = new RegExp(String.raw`\b${name}\.(\w+)\(`).exec(body)?.[1]
  const styles = {
    'another name': `${start}import ${name} as other\n${renamed(body, name, 'other')}`,
  }
  if (member === undefined)
    return {
      ...styles,
      'a module': `import ${from ?? name} as m\n${renamed(body, name, `m.${name}`)}`,
    }
  const direct = (to: string) => body.replaceAll(`${name}.${member}`, to)
  return {
    ...styles,
    'a member': `from ${whole} import ${member}\n${direct(member)}`,
    'a member, as another': `from ${whole} import (\n    ${member} as checked,  # once\n)\n${direct('checked')}`,
    'each name': `from ${whole} import *\n${direct(member)}`,
    'several modules':
      from === undefined ? `import os, ${name} as other\n${renamed(body, name, 'other')}` : '',
    'a second name': `${start}import ${name}\nchecked = ${name}.${member}\n${direct('checked')}`,
  }
}

function stylesOfGo(example: string): Styles {
  const [, address = '', body = ''] = /^package a\nimport "([^"]+)"\n(.*)$/s.exec(example) ?? []
  const name = /\b(jwt|oidc|saml2|samlsp|tls)\./.exec(body)?.[1] ?? ''
  if (address === '' || name === 'tls') return {}
  const without = body.replaceAll(new RegExp(String.raw`\b${name}\.`, 'g'), '')
  return {
    'another name': `package a\nimport other "${address}"\n${renamed(body, name, 'other')}`,
    'a dot': `package a\nimport (\n\t"fmt"\n\t. "${address}"\n)\n${without}`,
  }
}

const PACKAGES: Styles = {
  Jwts: 'io.jsonwebtoken',
  JWT: 'com.auth0.jwt',
  JwkProviderBuilder: 'com.auth0.jwk',
  JWKSourceBuilder: 'com.nimbusds.jose.jwk.source',
  NimbusJwtDecoder: 'org.springframework.security.oauth2.jwt',
  JwtConsumerBuilder: 'org.jose4j.jwt.consumer',
}

function stylesOfJava(example: string): Styles {
  const body = example.replaceAll(/import [^;]*;\s*|\s*\/\/ .*/g, '')
  const [name, folder = ''] =
    Object.entries(PACKAGES).find(
      ([each]) => body.includes(`${each}.`) || body.includes(`new ${each}(`),
    ) ?? []
  if (name === undefined) return {}
  const styles = { 'the whole name': renamed(body, name, `${folder}.${name}`) }
  const member = new RegExp(String.raw`\b${name}\.(\w+)\(`).exec(body)?.[1]
  if (member === undefined) return styles
  const direct = renamed(body, String.raw`${name}\.${member}`, member)
  return {
    ...styles,
    'a static member': `import static ${folder}.${name}.${member};\n${direct}`,
    'each static member': `import static ${folder}.${name}.*;\n${direct}`,
  }
}

function stylesOfCsharp(example: string): Styles {
  const name = 'TokenValidationParameters'
  if (!example.includes(`new ${name} `)) return {}
  return {
    'another name': `using Other = Microsoft.IdentityModel.Tokens.${name};\n${renamed(example, name, 'Other')}`,
    'the whole name': renamed(example, name, `Microsoft.IdentityModel.Tokens.${name}`),
    'a type that follows': example.replace(`var p = new ${name}`, `${name} p = new()`),
  }
}

const LANGUAGES = {
  js: ['a.ts', stylesOfScript],
  python: ['a.py', stylesOfPython],
  go: ['a.go', stylesOfGo],
  java: ['A.java', stylesOfJava],
  csharp: ['a.cs', stylesOfCsharp],
} as const

for (const [language, [file, stylesOf]] of Object.entries(LANGUAGES))
  describe(`imports of ${language}`, () => {
    const own = rules.filter(({ languages }) => languages[0] === language)

    it('have examples', () => {
      assert.ok(own.some(({ id }) => Object.keys(stylesOf(exampleOf(id).bad)).length > 1))
    })

    for (const { id } of own)
      it(`${id} has its findings under each name`, async () => {
        const { bad, good } = exampleOf(id)
        for (const [style, source] of Object.entries(stylesOf(bad))) {
          if (source === '') continue
          const ids = (await found(file, source)).map(({ rule }) => rule)
          assert.ok(ids.includes(id), `${style}: ${ids.join(', ')}\n${source}`)
        }
        for (const [style, source] of Object.entries(stylesOf(good))) {
          const all = await found(file, source)
          const wrong = all.filter(({ rule, undecided }) => rule === id || undecided.includes(id))
          assert.deepEqual(wrong, [], `${style}\n${source}`)
        }
      })
  })

const JWT = "import jwt, { verify } from 'jsonwebtoken'\n"
const GO = 'package a\nimport j "github.com/golang-jwt/jwt/v5"\n'

/** Verifiers whose call is not in view, by file name. */
const UNSEEN: readonly (readonly [what: string, file: string, source: string])[] = [
  ['a function that takes it', 'a.ts', `${JWT}const check = promisify(verify)`],
  ['a bound function', 'a.ts', `${JWT}const check = promisify(jwt.verify.bind(jwt))`],
  ['an object', 'a.ts', `${JWT}export const library = { verify }`],
  ['a default', 'a.ts', `${JWT}const check = own ?? verify`],
  ['a module that is passed on', 'a.ts', `${JWT}register(jwt)`],
  ['a member without a name', 'a.ts', `${JWT}jwt[name](token, publicKey)`],
  ['an export', 'a.ts', "export { verify } from 'jsonwebtoken'"],
  ['an export of all', 'a.ts', "export * from 'jose'"],
  ['a member of an object', 'a.js', "this.jwt = require('jsonwebtoken')"],
  ['a promise', 'a.js', "import('jose').then((jose) => check(jose))"],
  ['a name with two meanings', 'a.ts', `${JWT}function f(verify) { verify(token, publicKey, {}) }`],
  ['a function of Python', 'a.py', 'from jwt import decode\nclaims = map(decode, tokens)'],
  ['an object of Python', 'a.py', 'import jwt as j\ncodec = j.PyJWT()'],
  ['a function of Go', 'a.go', `${GO}func f() { use(j.Parse) }`],
  ['a key function of Go elsewhere', 'a.go', `${GO}func f() { j.Parse(raw, keys.lookup) }`],
  ['a parser of Go', 'a.go', `${GO}var p = j.NewParser()`],
  ['a parser of an older Go library', 'a.go', `${GO}var p = j.Parser{}`],
  [
    'a request of Go',
    'a.go',
    'package a // golang-jwt/jwt\nfunc f() { request.ParseFromRequest(r, e, keys.lookup) }',
  ],
  [
    'a builder of Java',
    'A.java',
    'import static io.jsonwebtoken.Jwts.parser; class A { Object b = parser().keyLocator(l); }',
  ],
]

describe('verifiers whose call is not in view', () => {
  for (const [what, file, source] of UNSEEN)
    it(`${what} is not decided`, async () => {
      const all = await found(file, source)
      assert.ok(
        all.some(({ rule }) => rule === 'cannot-tell'),
        JSON.stringify(all),
      )
      assert.deepEqual(
        all.filter(({ level }) => level !== 'note'),
        [],
      )
    })
})

/** What is in view, and was missed once. */
const SEEN: readonly (readonly [what: string, file: string, source: string, rules: string])[] = [
  [
    'keys of a set of Go, for anybody',
    'a.go',
    `${GO}func f() { j.ParseWithClaims(t, &C{}, keys.Keyfunc, j.WithValidMethods(m)) }`,
    'go-jwt-no-issuer go-jwt-no-audience',
  ],
  [
    'a key function of Go that the file declares',
    'a.go',
    `${GO}func look(t *j.Token) (any, error) { return publicKey, nil }\nfunc f() { j.Parse(t, look, j.WithIssuer(i)) }`,
    'go-jwt-no-methods go-jwt-no-audience',
  ],
  [
    'no signature in Go, where the token asks for it',
    'a.go',
    `${GO}func look(t *j.Token) (any, error) { if t.Method.Alg() == "none" { return j.UnsafeAllowNoneSignatureType, nil }; return secret, nil }`,
    'go-jwt-none-key',
  ],
  [
    'a locator of keys, and a parser that is kept',
    'A.java',
    'import io.jsonwebtoken.Jwts; class A { JwtParser p = Jwts.parser().keyLocator(l).build(); }',
    'jjwt-no-issuer jjwt-no-audience',
  ],
  [
    'a module after another',
    'a.py',
    'import os, jwt\njwt.decode(t, k, algorithms=["none"])',
    'pyjwt-none',
  ],
  [
    'a name that is a key elsewhere',
    'a.ts',
    "import { verify } from 'jsonwebtoken'\nconst { verify: own } = mine\nverify(t, secret, { algorithms: ['none'] })",
    'jsonwebtoken-none',
  ],
  [
    'a module with its version',
    'a.ts',
    "import { jwtVerify as check } from 'npm:jose@^5.9'\ncheck(t, keys, { issuer, algorithms: [a], maxTokenAge })",
    'jose-no-audience',
  ],
  [
    'a module without a name',
    'a.js',
    "require('jsonwebtoken').verify(t, secret, { algorithms: ['none'] })",
    'jsonwebtoken-none',
  ],
]

describe('verifiers in view', () => {
  for (const [what, file, source, expected] of SEEN)
    it(`${what}: each fault once`, async () => {
      const all = (await found(file, source)).filter(({ rule }) => rule !== 'cannot-tell')
      assert.deepEqual(
        all.map(({ rule }) => rule),
        expected.split(' '),
      )
    })
})

/** Names of libraries that stand for something else. */
const OTHERS: readonly (readonly [what: string, file: string, source: string])[] = [
  ['a type', 'a.ts', `${JWT}const options: jwt.VerifyOptions = make() as jwt.Algorithm`],
  ['what signs', 'a.ts', `${JWT}export const sign = promisify(jwt.sign)`],
  ['an error', 'a.ts', `${JWT}if (e instanceof jwt.TokenExpiredError || e === jwt.X) refuse(e)`],
  [
    'a function of another library',
    'a.ts',
    "import jwt from 'jsonwebtoken'\nimport { verify } from 'argon2'\nverify(hash, publicKey, { algorithms: ['none'] })\njwt.sign(a, b)",
  ],
  [
    'a function of another file',
    'a.ts',
    "import jwt from 'jsonwebtoken'\nimport { verify } from './jwt.js'\nverify(token, publicKey, {})\njwt.sign(a, b)",
  ],
  [
    'a method of another object',
    'a.py',
    'from jwt import decode\nimport base64\ntext = raw.decode("utf8")\nlog(decode=1)',
  ],
  [
    'a secret under a name with key',
    'a.py',
    'import jwt\nfrom own import config\nsecret = config.key\njwt.decode(t, secret, algorithms=["HS256"])',
  ],
  [
    'a secret of Go',
    'a.go',
    `${GO}func f() { j.Parse(t, func(t *j.Token) (any, error) { return []byte(secret), nil }, j.WithValidMethods(m)) }`,
  ],
  [
    'a parser of Go with all options',
    'a.go',
    `${GO}var p = j.NewParser(j.WithIssuer(i), j.WithAudience(a), j.WithValidMethods(m))`,
  ],
]

describe('names that are no verifier', () => {
  for (const [what, file, source] of OTHERS)
    it(`${what} has no finding`, async () => {
      assert.deepEqual(await found(file, source), [])
    })
})
