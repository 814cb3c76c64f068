/**
 * One sign-in as the admin centre's CSV has it, and the ids in it.
 *
 * @module
 */
import type { Json } from '@mintmark/core'

export const ID: string = '22608a25-1d9b-44b5-b0f2-cb94f06b2d00'
export const UTI: string = 'JYpgIpsdtUSw8suU8GstAA'
export const TENANT: string = 'b1a7c0de-0000-4000-8000-00000000abcd'
export const HOME: string = 'b1a7c0de-0000-4000-8000-00000000dcba'
export const SESSION: string = '004d8baa-891d-439e-833f-6c194e566b78'
export const USER: string = '6e1f3c3a-5e0e-4c1b-9f56-3a5a0f8a1c01'
export const APP: string = '7d0e3f52-0c5e-4d5f-9f5b-8f1c1f2d3e4a'
export const RESOURCE: string = '00000003-0000-0ff1-ce00-000000000000'

export const portal: Json = {
  'Date (UTC)': '2023-05-15T08:01:02Z',
  'Request ID': ID,
  'User agent': 'Browser/1.0',
  'User ID': USER,
  User: 'Ada',
  Username: 'ada@example.gov',
  'User type': 'Member',
  'Cross tenant access type': 'B2B collaboration',
  'Incoming token type': 'None',
  'Authentication Protocol': 'Device code',
  'Unique token identifier': UTI,
  Application: 'Mail client',
  'Application ID ': APP,
  Resource: 'Mail',
  'Resource ID ': RESOURCE,
  'Resource tenant ID': TENANT,
  'Home tenant ID': HOME,
  'IP address': '192.0.2.7',
  Location: 'Town, State, US',
  Status: 'Success',
  'Sign-in error code': '',
  'Client app': 'Browser',
  'Device ID': '',
  Browser: 'B 1',
  'Operating System': 'OS 1',
  'Authentication requirement': 'Single-factor authentication',
  'Session ID': SESSION,
  'Autonomous system  number': '64500',
  'Token issuer type': 'Azure AD',
  'Conditional Access': 'Not Applied',
  'Continuous access evaluation': 'Yes',
}
