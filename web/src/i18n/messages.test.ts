import { describe, expect, it } from 'vitest'
import { en } from './en'
import { translate } from './translate'
import { zh } from './zh'

const names = (message: string) => [...message.matchAll(/\{(\w+)/g)].map((match) => match[1]).toSorted()

describe('messages', () => {
  it('of both languages have the same keys and none is empty', () => {
    expect(Object.keys(zh).toSorted()).toEqual(Object.keys(en).toSorted())
    expect(Object.entries({ ...en, ...zh }).filter(([, text]) => !text.trim())).toEqual([])
  })

  it('in Chinese use only values that the English ones are given', () => {
    const strangers = Object.entries(zh).filter(([key, text]) => {
      const known = new Set(names(en[key as keyof typeof en]))
      return names(text).some((name) => !known.has(name))
    })
    expect(strangers).toEqual([])
  })

  it('insert values, choose the plural and leave unknown names alone', () => {
    expect(translate('{count} {n|call|calls} of {name}', { n: 1, count: '1', name: 'x' })).toBe('1 call of x')
    expect(translate('{count} {n|call|calls}', { n: 0, count: '0' })).toBe('0 calls')
    expect(translate('{{team}}', { other: 1 })).toBe('{{team}}')
  })
})
