import type { CDPSession, Page } from "playwright-core"

type Credential = Awaited<ReturnType<typeof credentialsOf>>[number]

/** A virtual device of the person in front: it makes and answers passkeys without a touch. */
export type Device = {
  /** What it holds, to be taken along to another page. */
  credentials(): Promise<Credential[]>
  /** The person is there but refuses each request from now on, or no longer. */
  refuse(refuses: boolean): Promise<void>
}

/** Gives the page a device that verifies its owner, as phones and laptops do, with the passkeys that it already has. */
export async function addDevice(page: Page, credentials: readonly Credential[] = []): Promise<Device> {
  const session = await page.context().newCDPSession(page)
  await session.send("WebAuthn.enable", { enableUI: false })
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  for (const credential of credentials) await session.send("WebAuthn.addCredential", { authenticatorId, credential })
  return {
    credentials: () => credentialsOf(session, authenticatorId),
    refuse: async (refuses) =>
      void (await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: !refuses })),
  }
}

async function credentialsOf(session: CDPSession, authenticatorId: string) {
  const { credentials } = await session.send("WebAuthn.getCredentials", { authenticatorId })
  return credentials
}
