from pathlib import Path

from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from cdk_coding_agents import (
    ClientOAuthOptions,
    ConsentPortal,
    GitCredential,
    GitHubAppBroker,
    GitHubAppKey,
    InboundAuth,
    McpClient,
    McpGateway,
    OAuthVendor,
    OutboundIdentity,
    SchemaSource,
    SecretReference,
    ToolPolicy,
    ToolTarget,
)
from constructs import Construct

# the same file as the TypeScript sample has; replace by one of yours
SLACK_TOOLS = Path(__file__).resolve().parents[3] / "bin" / "tools" / "slack.json"


class TeamTools(Construct):
    """One MCP endpoint with GitHub, Jira and Slack, and behind each tool the identity that fits it."""

    def __init__(self, scope: Construct, construct_id: str, *, employees: InboundAuth, settings: dict) -> None:
        super().__init__(scope, construct_id)
        git_hub_app, repositories = settings["gitHubApp"], settings["repositories"]
        self._app = {
            "client_id": git_hub_app["clientId"],
            "installation_id": git_hub_app["installationId"],
            # imported once by hand, and readable by nobody since then
            "key": GitHubAppKey.kms(kms.Key.from_key_arn(self, "GitHubAppKey", git_hub_app["keyArn"])),
            "repositories": repositories,
        }

        self.gateway = McpGateway(
            self,
            "Gateway",
            inbound_auth=employees,
            policies=[ToolPolicy.permit_all(), ToolPolicy.repositories(repositories, targets=["github"])],
        )

        # broker: a token for each call, for one repository and one permission, that nobody ever sees
        self.broker = GitHubAppBroker(self, "GitHubApp", **self._app)
        self.gateway.add_target("github", ToolTarget.github(identity=OutboundIdentity.broker(self.broker)))

        # bot: an account of the team that reads, for everybody alike; limit its token to the same repositories, since
        # nobody knows the tools of GitHub's server here, and its resources pass every policy
        token = self._secret("GitHubBot", "token")
        bot = OutboundIdentity.bot(secret=token.secret, json_key=token.json_key)
        self.gateway.add_target("gh-read", ToolTarget.github(read_only=True, identity=bot))

        # on behalf of: Jira sees the person who asked, by an exchanged token
        jira = settings["jira"]
        person = OutboundIdentity.on_behalf_of(
            discovery_url=jira["discoveryUrl"],
            client_id=jira["clientId"],
            client_secret=self._secret("JiraClient", "secret"),
            scopes=jira["scopes"],
        )
        self.gateway.add_target("jira", ToolTarget.jira(site=jira["site"], identity=person))

        # user consent: Slack sees the person, who connected her account in the portal once
        portal = ConsentPortal(
            self,
            "Portal",
            gateway=self.gateway,
            client_id=settings["portalClientId"],
            client_secret=self._secret("PortalClient", "secret"),
        )
        connected = OutboundIdentity.user_consent(
            vendor=OAuthVendor.slack(),
            client_id=settings["slack"]["clientId"],
            client_secret=self._secret("SlackClient", "secret"),
            scopes=settings["slack"]["scopes"],
            portal=portal,
        )
        tool_schema = SchemaSource.from_file(str(SLACK_TOOLS))
        self.gateway.add_target("slack", ToolTarget.slack(identity=connected, tool_schema=tool_schema))

        self.gateway.add_outputs(
            clients=[McpClient.CLAUDE_CODE, McpClient.CODEX],
            oauth=ClientOAuthOptions(client_id=settings["laptopClientId"]),
        )
        portal.add_outputs()

    def git_credential_for(self, agent: str) -> GitCredential:
        """lets one agent clone, which no tool can do for it"""
        return GitCredential(self, f"Clone{agent}", **self._app)

    def _secret(self, construct_id: str, json_key: str) -> SecretReference:
        """holds a random value: replace it after the first deployment; nothing of yours passes CloudFormation"""
        secret = secretsmanager.Secret(
            self,
            construct_id,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template="{}", generate_string_key=json_key
            ),
        )
        return SecretReference(secret=secret, json_key=json_key)
