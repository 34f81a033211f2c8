/** Tests see no AWS account but the one they start. */
for (const name of Object.keys(process.env)) {
  if (/^(AWS|CREDSTASH)_/.test(name)) Reflect.deleteProperty(process.env, name);
}
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
process.env.AWS_EC2_METADATA_DISABLED = 'true';
process.env.AWS_CONFIG_FILE = '/dev/null';
process.env.AWS_SHARED_CREDENTIALS_FILE = '/dev/null';
