console.log('no bundles yet');
