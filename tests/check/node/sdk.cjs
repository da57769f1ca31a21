// Run a piece of JavaScript against the phone: node sdk.cjs PHONE_URL ACCOUNT_SID CODE [JSON].
// The code has `twilio` (a client), `sns` (a client), `sdk` (all packages) and `given`, and may await. What it returns
// is printed as JSON: {"answer": …}, or {"error": {name, code, status, message}} for what the SDK throws.
const sdk = {
  twilio: require("twilio"),
  sns: require("@aws-sdk/client-sns"),
  nodemailer: require("nodemailer"),
  snsValidator: require("sns-validator"),
  snsPayloadValidator: require("sns-payload-validator"),
};

const [url, account, code, given] = process.argv.slice(2);

class ToThePhone extends sdk.twilio.RequestClient {
  request(options) {
    return super.request({ ...options, uri: options.uri.replace(/^https:\/\/[^/]+/, url) });
  }
}

const twilio = sdk.twilio(account, "any", { httpClient: new ToThePhone() });
const sns = new sdk.sns.SNSClient({
  endpoint: url,
  region: "ap-northeast-1",
  credentials: { accessKeyId: account, secretAccessKey: "any" },
  maxAttempts: 1,
});

const AsyncFunction = (async () => {}).constructor;
new AsyncFunction("twilio", "sns", "sdk", "given", code)(twilio, sns, sdk, JSON.parse(given))
  .then((answer) => ({ answer: answer ?? null }))
  .catch((error) => {
    const status = error.status ?? error.$metadata?.httpStatusCode ?? error.responseCode ?? null;
    return { error: { name: error.name === "Error" ? error.constructor.name : error.name, code: error.code ?? null, status, message: error.message } };
  })
  .then((told) => process.stdout.write(JSON.stringify(told)));
