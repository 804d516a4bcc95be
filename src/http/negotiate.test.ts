import assert from "node:assert/strict"
import { test } from "node:test"
import { pickLanguage } from "./locale.ts"
import { accepts, isType } from "./negotiate.ts"

const TYPE = "application/taxii+json"

/** RFC 9110 section 12.5.1 and TAXII 2.1 section 1.6.8. */
test("a client gets TAXII 2.1 where its Accept header allows that, by the range that says most", () => {
  const table: [header: string | undefined, allowed: boolean][] = [
    [undefined, true],
    ["", true],
    ["  ", true],
    ["*/*", true],
    ["application/*", true],
    ["text/*", false],
    [TYPE, true],
    [`${TYPE};version=2.1`, true],
    [`${TYPE}; version=2.1`, true],
    [`${TYPE} ;version="2.1"`, true],
    [`${TYPE};version=2.0`, false],
    [`${TYPE};version=2.10`, false],
    [`${TYPE};version=`, false],
    ["APPLICATION/TAXII+JSON;VERSION=2.1", true],
    ["application/vnd.oasis.taxii+json; version=2.0", false],
    ["application/json", false],
    ["application/taxii+json2", false],
    ["text/html, application/json;q=0.9, */*;q=0.8", true],
    [`text/html,${TYPE};version=2.1;q=0.001`, true],
    ["text/html, image/gif, *; q=.2, */*; q=.2", true],
    [`${TYPE};version=2.0, */*;q=0.1`, true],
    [`${TYPE};version=2.1;q=0`, false],
    ["*/*;q=0", false],
    [`${TYPE};version=2.1;q=0, */*`, false],
    [`*/*, application/*;q=0`, false],
    [`application/*;q=0, ${TYPE}`, true],
    [`${TYPE};q=0, ${TYPE};version=2.1`, true],
    [`*/*;q=0, ${TYPE};version=2.1;q=0.5`, true],
    [`${TYPE};version=2.1;q=much`, false],
    ["taxii", false],
    [",", false],
    [`,,${TYPE},`, true],
  ]
  for (const [header, allowed] of table) assert.equal(accepts(header, TYPE, "2.1"), allowed, String(header))
})

test("a body is TAXII 2.1 if its Content-Type says exactly that, with the version or without", () => {
  const table: [header: string | undefined, taxii: boolean][] = [
    [TYPE, true],
    [`${TYPE};version=2.1`, true],
    [` ${TYPE} ; Version="2.1" `, true],
    [`${TYPE};version=2.1;charset=utf-8`, true],
    [`${TYPE};version=2.0`, false],
    [undefined, false],
    ["", false],
    ["*/*", false],
    ["application/*", false],
    ["application/json", false],
    ["application/stix+json;version=2.1", false],
    [`${TYPE},${TYPE}`, false],
    [`text/plain, ${TYPE}`, false],
  ]
  for (const [header, taxii] of table) assert.equal(isType(header, TYPE, "2.1"), taxii, String(header))
})

test("a language is picked from what browsers and shells send; a script that is named decides over the place", () => {
  const table: [wanted: string, language: string][] = [
    ["", "en"],
    ["C", "en"],
    ["POSIX", "en"],
    ["en_GB.UTF-8", "en"],
    ["zh_TW.UTF-8", "zh-Hant"],
    ["zh_HK", "zh-Hant"],
    ["zh-MO", "zh-Hant"],
    ["zh-Hant", "zh-Hant"],
    ["zh-hant-CN", "zh-Hant"],
    ["zh_CN.GB18030", "zh-Hans"],
    ["zh", "zh-Hans"],
    ["zh-SG", "zh-Hans"],
    ["zh-Hans-HK", "zh-Hans"],
    ["zh-Hans-TW;q=0.9", "zh-Hans"],
    ["ZH-tw", "zh-Hant"],
    ["zh-HK,zh;q=0.9,en;q=0.8", "zh-Hant"],
    ["fr-FR, zh-TW;q=0.5", "zh-Hant"],
    ["fr, de;q=0.9", "en"],
    ["en-US,zh-TW;q=0.9", "en"],
    ["*", "en"],
  ]
  for (const [wanted, language] of table) assert.equal(pickLanguage(wanted), language, wanted)
})
