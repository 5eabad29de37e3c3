{{%AUTOESCAPE context="HTML"}}<div class="head">
  <div>
    <h1>API Keys</h1>
    <p>Manage API keys for external tool access</p>
  </div>
  <a class="button primary" href="/settings/api-keys/new">Create Key</a>
</div>
<section class="card" aria-labelledby="your-keys">
  <h2 id="your-keys">Your API Keys</h2>
  <p>API keys allow external tools to access your account. Keys are shown in full only once when created or regenerated.</p>
  {{#NO_KEYS}}<div class="empty">
    <p><strong>No API keys yet.</strong></p>
    <p>Create one to get started.</p>
  </div>{{/NO_KEYS}}
  {{#NO_MATCH}}<div class="empty">
    <p>No key matches “<bdi>{{SEARCHED}}</bdi>”.</p>
    <p><a href="/settings/api-keys">Clear search</a></p>
  </div>{{/NO_MATCH}}
  {{#TABLE}}<div class="scroll"><table>
    <caption>API keys, newest first, {{SHOWN}} of {{TOTAL}}</caption>
    <thead>
      <tr><th scope="col">Name</th><th scope="col">Key</th><th scope="col">Created</th><th scope="col">Last Used</th><th scope="col">Actions</th></tr>
    </thead>
    <tbody>
      {{#KEY}}<tr>
        <th scope="row"><bdi>{{NAME}}</bdi></th>
        <td><code>{{MASKED_KEY}}</code></td>
        <td><time datetime="{{CREATED_AT}}">{{CREATED}}</time></td>
        <td>{{#USED}}<time datetime="{{LAST_USED_AT}}">{{LAST_USED}}</time>{{/USED}}{{#NEVER_USED}}Never{{/NEVER_USED}}</td>
        <td><a class="button" href="/settings/api-keys/{{ID}}/regenerate">Regenerate<span class="hidden"> {{NAME}}</span></a></td>
      </tr>{{/KEY}}
    </tbody>
  </table></div>{{/TABLE}}
</section>
