/**
 * The part of the SARIF 2.1.0 schema that we use, written from the standard's text (sections 3.13
 * to 3.58), stricter than it: no property is allowed that is not here.
 */

type Schema = Readonly<Record<string, unknown>>

function object(required: Schema, optional: Schema = {}): Schema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  }
}

function list(items: Schema, more: Schema = {}): Schema {
  return { type: 'array', items, ...more }
}

const text: Schema = { type: 'string', minLength: 1 }
const natural: Schema = { type: 'integer', minimum: 0 }
const message = object({ text })
const level: Schema = { enum: ['none', 'note', 'warning', 'error'] }
/** RFC 3986, as far as Mintmark's references use it: no blanks, no controls, nothing outside ASCII. */
const uri: Schema = { type: 'string', pattern: "^[A-Za-z0-9%._~:/?#\\[\\]@!$&'()*+,;=-]+$" }
const properties: Schema = { type: 'object' }
const artifactLocation = object({ uri }, { index: natural })
const region = object({ byteOffset: natural, byteLength: natural })
const location = object({
  physicalLocation: object({ artifactLocation }, { region }),
})

const rule = object({
  id: text,
  name: { type: 'string', pattern: '^([A-Z][a-z0-9]*)+$' },
  shortDescription: message,
  fullDescription: message,
  help: message,
  defaultConfiguration: object({ level }),
})

const result = object({
  ruleId: text,
  ruleIndex: natural,
  kind: { const: 'fail' },
  level,
  message,
  locations: list(location, { minItems: 1 }),
  partialFingerprints: {
    type: 'object',
    minProperties: 1,
    additionalProperties: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  },
  properties,
})

const invocation = object({
  executionSuccessful: { type: 'boolean' },
  exitCode: { type: 'integer' },
  toolExecutionNotifications: list(
    object({ level, descriptor: object({ id: text }), message, locations: list(location) }),
  ),
})

/** Of a whole log. */
export const SARIF_SCHEMA: Schema = object({
  $schema: {
    const:
      'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
  },
  version: { const: '2.1.0' },
  runs: list(
    object({
      tool: object({
        driver: object({
          name: { const: 'mintmark' },
          version: text,
          semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+$' },
          rules: list(rule, { minItems: 1, uniqueItems: true }),
        }),
      }),
      invocations: list(invocation, { minItems: 1, maxItems: 1 }),
      artifacts: list(
        object({
          location: artifactLocation,
          length: { type: 'integer', minimum: -1 },
          roles: list({ const: 'analysisTarget' }),
          properties,
        }),
        { uniqueItems: true },
      ),
      results: list(result),
    }),
    { minItems: 1, maxItems: 1 },
  ),
})
