// @ts-check

export function open() {}
