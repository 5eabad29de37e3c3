{{%AUTOESCAPE context="HTML"}}<section class="card narrow" aria-labelledby="{{TITLE_ID}}" id="reveal">
{{>REVEALED_KEY}}
</section>
