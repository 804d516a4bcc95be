/**
 * Evaluated in a page: what stands there that no template of ours writes, one line for each. Text from outside that
 * became markup shows up here, whether or not the browser's policy stopped it.
 */
;(() => {
  const found = []
  const say = (element, why) => found.push(`${why}: ${element.outerHTML.slice(0, 200)}`)
  const isOwn = (address) => new URL(address, document.location.href).origin === document.location.origin
  const isAsset = (address) => address?.startsWith("/assets/") === true
  // The library of the graph puts its canvases in place by script; style in markup is what the policy forbids.
  const isPicture = (element) => /^(div|canvas)$/.test(element.localName) && element.closest("#graph") !== null
  const strangers =
    "iframe, object, embed, base, style, applet, audio, video, marquee, plaintext, foreignObject, [srcdoc]"
  for (const element of document.querySelectorAll(`${strangers}, meta[http-equiv]`)) say(element, "stranger")
  for (const element of document.querySelectorAll("script")) {
    if (!isAsset(element.getAttribute("src"))) say(element, "script")
  }
  for (const element of document.querySelectorAll("link")) {
    if (!isAsset(element.getAttribute("href"))) say(element, "link")
  }
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (/^on/.test(name) || (name === "style" && !isPicture(element))) say(element, name)
      if (/^(xlink:)?href$/.test(name) && !/^(https?:|mailto:|#|\/(?!\/)|\?)/.test(value)) say(element, name)
      if (/^(src|action|formaction|poster|data)$/.test(name) && !/^(data|blob):/.test(value) && !isOwn(value)) {
        say(element, name)
      }
    }
  }
  return found
})()
