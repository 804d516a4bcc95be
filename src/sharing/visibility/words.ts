import type { State, Translate } from "../../http/index.ts"
import type { SightState } from "./seeing.ts"

/** How a party stands to an object, in a word or two. */
export function sightWord(t: Translate, state: SightState): string {
  switch (state) {
    case "has":
      return t("readers.has")
    case "older":
      return t("readers.older")
    case "may":
      return t("readers.may")
    case "recalled":
      return t("readers.recalled")
    case "stricter":
      return t("readers.stricter")
    case "erased":
      return t("readers.erased")
    case "ended":
      return t("readers.ended")
    case "left":
      return t("readers.left")
  }
}

/** Why, and what the node does about it. */
export function sightReason(t: Translate, state: SightState): string {
  switch (state) {
    case "has":
      return t("readers.has-why")
    case "older":
      return t("readers.older-why")
    case "may":
      return t("readers.may-why")
    case "recalled":
      return t("readers.recalled-why")
    case "stricter":
      return t("readers.stricter-why")
    case "erased":
      return t("readers.erased-why")
    case "ended":
      return t("readers.ended-why")
    case "left":
      return t("readers.left-why")
  }
}

/** Open: it can see it now. Closed: it got it and was told that this has changed. */
export function sightMark(state: SightState): State {
  if (state === "has") return "open"
  return state === "older" || state === "may" ? "conditional" : "closed"
}

export function fetchedWord(t: Translate, fetched: "all" | "part" | "none"): string {
  switch (fetched) {
    case "all":
      return t("lately.fetched-all")
    case "part":
      return t("lately.fetched-part")
    case "none":
      return t("lately.fetched-none")
  }
}
